//! A web server on loopback that answers from memory and notes what it was asked.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// The server; it ends with the test.
pub struct Web {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Web {
    /// Serves what `files` gives for its address: paths and bodies.
    pub fn serve(files: impl FnOnce(&str) -> Vec<(String, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let files = files(&url);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { break };
                let mut request = [0; 4096];
                let read = stream.read(&mut request).unwrap_or(0);
                let path = String::from_utf8_lossy(&request[..read]).split(' ').nth(1).unwrap_or("").to_owned();
                let body = files.iter().find(|(name, _)| *name == path).map(|(_, body)| body.as_slice());
                let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
                let body = body.unwrap_or(b"not here");
                let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(body);
                notes.lock().expect("notes").push(path);
            }
        });
        Self { url, asked }
    }

    /// What was asked since the last time, sorted.
    pub fn take_asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().expect("notes"));
        asked.sort();
        asked
    }
}
