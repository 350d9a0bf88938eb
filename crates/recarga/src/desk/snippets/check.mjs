const number = encodeURIComponent("+15551234567");
const response = await fetch(`BASE_URL/check_phone_number?phone_number=${number}`, {
  headers: { Authorization: `Bearer ${process.env.KEY}` },
});
console.log(JSON.stringify(await response.json()));
