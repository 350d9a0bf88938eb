# $ID, $TIMESTAMP and $SIGNATURE are the headers webhook-id, webhook-timestamp and webhook-signature;
# the file body has the request's body, byte by byte. Refuse what is older than five minutes, too.
key=$(printf %s "${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \n')
signature=$({ printf %s "$ID.$TIMESTAMP."; cat body; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
case " $SIGNATURE " in
  *" v1,$signature "*) echo true ;;
  *) echo false ;;
esac
