//! The one integration binary: features at their boundary, with real peers on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must fail")]

mod aws;
mod backup;
mod broken_off;
mod config;
mod config_files;
mod demo;
mod desk;
mod docs;
mod fetch;
mod golden;
mod hostile;
mod kit;
mod layers;
mod mail;
mod mangled;
mod message;
mod microsoft;
mod operate;
mod recordings;
mod recordings_table;
mod reload;
mod reload_broken;
mod replays;
mod retention;
mod rivals;
mod rules;
mod sources;
mod support;
mod walk;
mod web;
mod webhook;
