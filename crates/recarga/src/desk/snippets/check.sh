# The + of a number is written %2B in a URL.
curl -s "BASE_URL/check_phone_number?phone_number=%2B15551234567" \
  -H "Authorization: Bearer $KEY"
