curl -s "BASE_URL/ping"
