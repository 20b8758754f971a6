//! The description of the API says what the API does: routes, methods, and every example and field of its data.

use super::access::Access;
use super::hub::Publisher;
use super::routes::{Peer, Site, router};
use crate::shell::Exhibit;
use crate::view::{Command, Health, Layout, Moment, Offer, Refusal, Scene, Series};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use illuminator_node::shell::runtime;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Nothing to see.
struct Nothing;

impl Exhibit for Nothing {
    fn scene(&self) -> Arc<Scene> {
        Arc::default()
    }

    fn moment(&self) -> Moment {
        Moment::default()
    }

    fn health(&self) -> Health {
        Health::default()
    }

    fn series(&self, _: &[String], _: u64, _: u64, _: usize) -> Result<Series, Refusal> {
        Ok(Series::default())
    }

    fn command(&self, _: &Command) -> Result<(), Refusal> {
        Ok(())
    }

    fn layout(&self) -> Layout {
        Layout::default()
    }

    fn arrange(&self, _: Layout) -> Result<(), Refusal> {
        Ok(())
    }
}

fn document() -> Value {
    serde_json::from_str(include_str!("../../../web/openapi.json")).unwrap()
}

fn site() -> Router {
    let (_, hub) = Publisher::new(Arc::new(Nothing));
    let access = Access::new(([127, 0, 0, 1], 80).into(), None).unwrap();
    let peer = Peer(IpAddr::V4(Ipv4Addr::LOCALHOST));
    router(Arc::new(Site { exhibit: Arc::new(Nothing), access, hub })).layer(Extension(peer))
}

fn ask(method: &str, path: &str) -> StatusCode {
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let request = request.header("content-type", "application/json").body(Body::empty()).unwrap();
    let service = TowerToHyperService::new(site());
    runtime().unwrap().block_on(service.call(request)).unwrap().status()
}

#[test]
fn every_route_is_there_with_its_methods_and_no_other() {
    let document = document();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "delete", "patch"] {
            let status = ask(&method.to_uppercase(), path);
            let is_there = status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(is_there, operations.get(method).is_some(), "{method} {path}: {status}");
            assert_ne!(status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let routes = include_str!("routes.rs");
    let api = routes.split("let api = Router::new()").nth(1).and_then(|text| text.split(';').next()).unwrap();
    for route in api.split(".route(\"").skip(1).map(|text| text.split('"').next().unwrap()) {
        assert!(document["paths"].get(format!("/api/v1{route}")).is_some(), "{route} is not described");
    }
}

#[test]
fn every_example_is_what_the_program_reads_and_writes() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    same::<Scene>(&schemas["Scene"]);
    same::<Moment>(&schemas["Moment"]);
    same::<Health>(&schemas["Health"]);
    same::<Series>(&schemas["Series"]);
    same::<Layout>(&schemas["Layout"]);
    same::<Offer>(&schemas["Offer"]);
    same::<Refusal>(&schemas["Refusal"]);
    same::<Command>(&schemas["Command"]);
    let commands = schemas["Command"]["oneOf"].as_array().unwrap();
    assert_eq!(commands.len(), 14, "as many as there are");
    for command in commands {
        let example = &command["examples"][0];
        let read: Command = serde_json::from_value(example.clone()).unwrap();
        let written = serde_json::to_value(read).unwrap();
        // What is optional may be left out.
        for (key, value) in example.as_object().unwrap() {
            assert_eq!(&written[key], value);
        }
        assert_eq!(written["do"], command["properties"]["do"]["const"]);
    }
}

/// The examples of a schema go through a type unchanged, and have all of the described properties.
fn same<T: Serialize + DeserializeOwned>(schema: &Value) {
    for example in schema["examples"].as_array().unwrap() {
        let read: T = serde_json::from_value(example.clone()).unwrap();
        assert_eq!(&serde_json::to_value(read).unwrap(), example);
    }
    for (property, _) in schema["properties"].as_object().unwrap() {
        assert!(schema["examples"][0].get(property).is_some(), "{property} has no example");
    }
}
