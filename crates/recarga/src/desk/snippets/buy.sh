# Sent twice with the same Idempotency-Key, it is bought once.
curl -s "BASE_URL/invoices" \
  -H "Authorization: Bearer $KEY" \
  -H "Content-Type: application/json" \
  -H "Idempotency-Key: ${ORDER:-cart-1729}" \
  -d '{
    "products": [{
      "product_id": "at-t-usa",
      "value": 25,
      "phone_number": "+15551234567"
    }],
    "payment_method": "balance",
    "auto_pay": true
  }'
