-- Where an account is told of invoices that name no address of their own, and when a key was last used.
ALTER TABLE accounts ADD COLUMN webhook_url TEXT;
ALTER TABLE api_keys ADD COLUMN used_at BIGINT;
