//! Answers of origins, by address.
use std::collections::HashMap;

use crate::metrics::{CacheMetrics, PURGES};

pub struct Cache {
    entries: HashMap<String, Vec<u8>>,
    metrics: CacheMetrics,
}

impl Cache {
    pub fn new(metrics: CacheMetrics) -> Self {
        Self { entries: HashMap::new(), metrics }
    }

    pub fn get(&mut self, url: &str) -> Vec<u8> {
        if let Some(found) = self.entries.get(url) {
            self.metrics.hits.inc();
            return found.clone();
        }
        let body = self.fetch(url);
        self.entries.insert(url.to_string(), body.clone());
        self.metrics.entries.set(self.entries.len() as i64);
        body
    }

    fn fetch(&self, url: &str) -> Vec<u8> {
        self.metrics.open_connections.inc();
        let timer = self.metrics.fetch.start_timer();
        let body = url.repeat(10).into_bytes();
        timer.observe_duration();
        self.metrics.size.with_label_values(&[url]).observe(body.len() as f64);
        body
    }

    pub fn purge(&mut self) {
        PURGES.inc_by(self.entries.len() as u64);
        PURGES.reset();
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus::Registry;

    #[test]
    fn counts_revalidations() {
        let metrics = CacheMetrics::new(&Registry::new()).unwrap();
        metrics.revalidations.inc();
        assert_eq!(metrics.revalidations.get(), 1);
    }
}
