from urllib.request import urlopen

print(urlopen("BASE_URL/ping").read().decode())
