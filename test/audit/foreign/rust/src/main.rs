mod cache;
mod metrics;

use std::io::{Read, Write};
use std::net::TcpListener;

use cache::Cache;
use metrics::{CacheMetrics, REQUESTS};
use prometheus::{Encoder, TextEncoder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let registry = prometheus::default_registry();
    let mut cache = Cache::new(CacheMetrics::new(registry)?);
    let listener = TcpListener::bind(std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into()))?;
    for stream in listener.incoming() {
        let mut stream = stream?;
        let mut buffer = [0; 1024];
        let read = stream.read(&mut buffer)?;
        let request = String::from_utf8_lossy(&buffer[..read]).to_string();
        let mut words = request.split_whitespace();
        let (method, path) = (words.next().unwrap_or("GET"), words.next().unwrap_or("/"));
        let body = answer(&mut cache, method, path);
        write!(stream, "HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\n")?;
        stream.write_all(&body)?;
    }
    Ok(())
}

fn answer(cache: &mut Cache, method: &str, path: &str) -> Vec<u8> {
    match path {
        "/metrics" => {
            let mut text = Vec::new();
            TextEncoder::new().encode(&prometheus::gather(), &mut text).unwrap();
            text
        }
        "/purge" => {
            cache.purge();
            Vec::new()
        }
        "/strange" => {
            if let Ok(counter) = REQUESTS.get_metric_with_label_values(&[method]) {
                counter.inc();
            }
            Vec::new()
        }
        _ => {
            REQUESTS.with_label_values(&[method, "ok"]).inc();
            cache.get(path)
        }
    }
}
