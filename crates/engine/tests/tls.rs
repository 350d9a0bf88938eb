//! TLS to a real server, whose certificate is for "localhost". `scripts/with-postgresql` makes one;
//! passed over where the tests run without.

use std::{env, fs, path::PathBuf};

use engine::db::{Db, Durability};

/// The server, and files of authorities.
struct Server {
    folder: PathBuf,
    port: String,
}

fn server() -> Option<Server> {
    let folder = PathBuf::from(env::var_os("RECARGA_TEST_TLS")?);
    let port = fs::read_to_string(folder.join("port")).expect("the script wrote it");
    Some(Server {
        port: port.trim().to_owned(),
        folder,
    })
}

impl Server {
    /// Opens a database of its own on a host, trusting one authority.
    fn open(&self, host: &str, trusted: &str) -> Result<Db, String> {
        let name = testkit::fresh_url(&self.folder);
        let (_, name) = name.rsplit_once('/').expect("a URL");
        let name = name.trim_end_matches('?');
        let file = self.folder.join(trusted);
        let url = format!(
            "postgres://recarga@{host}:{}/{name}?sslmode=verify-full&sslrootcert={}",
            self.port,
            file.display()
        );
        testkit::open(&url, Durability::Full).map_err(|error| error.to_string())
    }
}

#[tokio::test]
async fn a_server_that_an_authority_vouches_for_is_spoken_to_in_secret() {
    let Some(server) = server() else { return };
    let db = server.open("localhost", "authority.pem").unwrap();
    let sql = "SELECT CAST(ssl AS TEXT) FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let encrypted = db.read(move |tx| tx.find(sql, &[], |row| row.text(0))).await;
    assert_eq!(encrypted.unwrap().unwrap(), "true");
}

#[test]
fn another_authority_does_not_vouch_for_it() {
    let Some(server) = server() else { return };
    let error = server
        .open("localhost", "stranger.pem")
        .err()
        .expect("it is not trusted");
    assert!(
        error.contains("localhost") && error.contains("not signed by") && error.contains("sslrootcert=FILE"),
        "{error}"
    );
}

#[test]
fn another_name_is_not_the_one_that_its_certificate_is_for() {
    let Some(server) = server() else { return };
    let error = server
        .open("127.0.0.1", "authority.pem")
        .err()
        .expect("it has another name");
    assert!(
        error.contains("127.0.0.1") && error.contains("not valid for name"),
        "{error}"
    );
    assert!(error.contains("write the name that its certificate is for"), "{error}");
}

#[test]
fn a_file_without_authorities_is_named() {
    let Some(server) = server() else { return };
    let missing = server.open("localhost", "missing.pem").err().expect("there is none");
    assert!(
        missing.contains("sslrootcert") && missing.contains("missing.pem"),
        "{missing}"
    );
    let empty = server.open("localhost", "server.key").err().expect("a key is none");
    assert!(empty.contains("sslrootcert=FILE"), "{empty}");
}
