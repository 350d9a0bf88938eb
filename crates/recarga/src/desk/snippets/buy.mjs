const response = await fetch("BASE_URL/invoices", {
  method: "POST",
  headers: {
    Authorization: `Bearer ${process.env.KEY}`,
    "Content-Type": "application/json",
    // Sent twice with the same key, it is bought once.
    "Idempotency-Key": process.env.ORDER ?? "cart-1729",
  },
  body: JSON.stringify({
    products: [{ product_id: "at-t-usa", value: 25, phone_number: "+15551234567" }],
    payment_method: "balance",
    auto_pay: true,
  }),
});
console.log(JSON.stringify(await response.json()));
