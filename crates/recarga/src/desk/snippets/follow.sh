# INVOICE is the id that buying answered. Complete means that every order has ended, well or not.
until curl -s "BASE_URL/invoices/$INVOICE" -H "Authorization: Bearer $KEY" |
  grep -q '"status":"complete"'; do sleep 1; done
curl -s "BASE_URL/invoices/$INVOICE" -H "Authorization: Bearer $KEY"
