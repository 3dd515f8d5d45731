//! What it costs to read one look: a synthetic body of about 60 KB for each format.

use std::hint::black_box;

use bellwether::model::format::Format;
use bellwether::model::id::SourceId;
use bellwether::model::incident::KnownOpen;
use bellwether::model::vendor::Source;
use bellwether::normalize::{self, Answer, Body, Outcome, Reading};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};

const TIME: &str = "2026-11-22T11:31:00.120Z";
const SENTENCE: &str = "We are investigating reports of failures, and will say more within the hour. ";

fn statuspage() -> Vec<u8> {
    let component = |n: usize| {
        json!({
            "id": format!("synthetic{n:04}"), "name": format!("Synthetic component {n}"), "status": "operational",
            "created_at": TIME, "updated_at": TIME, "position": n, "description": null, "showcase": false,
            "start_date": null, "group_id": "syntheticgrp", "page_id": "synthetic000", "group": n == 0,
            "only_show_if_degraded": false,
        })
    };
    let components: Vec<Value> = (0..150).map(component).collect();
    let updates: Vec<Value> = (0..10)
        .map(|n| json!({"id": format!("u{n}"), "status": "identified", "body": SENTENCE.repeat(3), "display_at": TIME}))
        .collect();
    let incident = json!({
        "id": "synthetic999", "name": "Synthetic: everything is slow", "status": "identified", "impact": "major",
        "created_at": TIME, "started_at": TIME, "shortlink": "https://stspg.io/x", "incident_updates": updates,
        "components": components[1..4],
    });
    let body = json!({
        "page": {"id": "synthetic000", "name": "Synthetic", "url": "https://status.example.org"},
        "status": {"indicator": "none", "description": "Synthetic"},
        "components": components, "incidents": [incident], "scheduled_maintenances": [],
    });
    body.to_string().into_bytes()
}

fn aws() -> Vec<u8> {
    let services: serde_json::Map<String, Value> = (0..140)
        .map(|n| (format!("synthetic{n}-us-east-1"), json!({"service_name": SENTENCE, "current": "3", "max": "3"})))
        .collect();
    let log: Vec<Value> = (0..80)
        .map(|n| json!({"summary": "Synthetic", "message": SENTENCE.repeat(5), "status": 2, "timestamp": 1_795_344_300 + n}))
        .collect();
    let event = json!({
        "date": "1795344300", "arn": "arn:aws:health:us-east-1::event/SYNTHETIC", "region_name": "N. Virginia",
        "status": "3", "service": "multipleservices-us-east-1", "service_name": "Multiple services",
        "summary": "Synthetic: increased error rates", "event_log": log, "impacted_services": services,
    });
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(json!([event]).to_string().encode_utf16().flat_map(u16::to_be_bytes));
    bytes
}

fn google() -> Vec<u8> {
    let update =
        |n: usize| json!({"created": TIME, "when": TIME, "text": SENTENCE.repeat(n % 5 + 1), "status": "AVAILABLE"});
    let incident = |n: usize| {
        json!({
            "id": format!("Synthetic{n:011}"), "begin": TIME, "created": TIME, "end": TIME, "severity": "medium",
            "external_desc": SENTENCE, "updates": (0..6).map(update).collect::<Vec<_>>(), "uri": format!("incidents/{n}"),
            "affected_products": [{"id": "p1", "title": "Cloud Synthesis"}], "currently_affected_locations": [],
        })
    };
    json!((0..30).map(incident).collect::<Vec<_>>()).to_string().into_bytes()
}

fn azure() -> Vec<u8> {
    let item = |n: usize| {
        let text = SENTENCE.repeat(15);
        format!(
            "<item><guid>synthetic-{n}</guid><category>App Service</category><category>West US</category>\
             <title>Synthetic: trouble in West US {n}</title><description>&lt;p&gt;{text}&lt;/p&gt;</description>\
             <pubDate>Sun, 22 Nov 2026 10:00:00 Z</pubDate></item>"
        )
    };
    let items: String = (0..45).map(item).collect();
    format!(
        "<rss version='2.0'><channel><title>Azure Status</title>\
         <lastBuildDate>Sun, 22 Nov 2026 11:59:58 Z</lastBuildDate>{items}</channel></rss>"
    )
    .into_bytes()
}

fn microsoft() -> Vec<u8> {
    let post = |n: usize| {
        let content = format!("<p>{}</p>", SENTENCE.repeat(n % 5 + 1));
        json!({"createdDateTime": TIME, "description": {"contentType": "html", "content": content}})
    };
    let issue = |n: usize| {
        json!({
            "id": format!("EX{n:06}"), "title": SENTENCE, "service": "Exchange Online", "feature": "Mail flow",
            "classification": "advisory", "status": "serviceDegradation", "isResolved": false, "startDateTime": TIME,
            "posts": (0..6).map(post).collect::<Vec<_>>(),
        })
    };
    let context = "https://graph.microsoft.com/v1.0/$metadata#admin/serviceAnnouncement/issues";
    json!({"@odata.context": context, "value": (0..30).map(issue).collect::<Vec<_>>()}).to_string().into_bytes()
}

fn oracle() -> Vec<u8> {
    let service = |n: usize| {
        json!({
            "serviceId": "synthetic", "serviceName": format!("Synthetic service {n}"), "serviceCanonicalName": n.to_string(),
            "serviceCategoryName": "Cloud Services", "serviceStatus": "NormalPerformance",
            "incidents": if n == 0 { json!([{"incidentId": "ocid1.synthetic", "severity": "ServiceDown"}]) } else { json!([]) },
        })
    };
    let region = |n: usize| {
        json!({
            "regionName": format!("Synthetic ({n})"), "regionCanonicalName": format!("synthetic-{n}"),
            "serviceHealthReports": (0..30).map(service).collect::<Vec<_>>(),
        })
    };
    json!({"realm": "OC1", "regionHealthReports": (0..10).map(region).collect::<Vec<_>>()}).to_string().into_bytes()
}

fn okta() -> Vec<u8> {
    let incident = |n: usize| {
        json!({
            "Id": format!("synthetic{n}"), "Status__c": "Resolved", "Category__c": "Service Disruption",
            "Incident_Title__c": SENTENCE, "Start_Time__c": TIME, "End_Time__c": TIME, "Log__c": SENTENCE.repeat(6),
            "Impacted_Cells__c": "okta.com:1;okta.com:7",
        })
    };
    let incidents = Value::Array((0..70).map(incident).collect());
    format!(
        "<!DOCTYPE html><html><body><span data-id=\"incidents\">{incidents}</span>\
         <span data-id=\"planned-outages\">[]</span></body></html>"
    )
    .into_bytes()
}

fn slack() -> Vec<u8> {
    let note = |n: usize| json!({"date_created": format!("2026-11-22T0{n}:00:00-08:00"), "body": SENTENCE.repeat(9)});
    let incident = |n: usize| {
        json!({
            "id": n, "title": SENTENCE, "type": "incident", "status": "active", "url": "https://slack-status.com/x",
            "date_created": TIME, "date_updated": TIME, "services": ["Messaging"],
            "notes": (0..9).map(note).collect::<Vec<_>>(),
        })
    };
    let active: Vec<Value> = (0..8).map(incident).collect();
    json!({"status": "active", "date_updated": TIME, "active_incidents": active}).to_string().into_bytes()
}

fn feed() -> Vec<u8> {
    let paragraph = |n: usize| {
        format!("<p><small>Nov 22, 0{n}:00 UTC</small><br><strong>Update</strong> - {}</p>", SENTENCE.repeat(3))
    };
    let text: String = (0..8).map(paragraph).collect();
    let item = |n: usize| {
        format!(
            "<item><guid>synthetic-{n}</guid><title>{SENTENCE}</title><description><![CDATA[{text}]]></description>\
             <pubDate>Sun, 22 Nov 2026 10:00:00 PST</pubDate></item>"
        )
    };
    let items: String = (0..25).map(item).collect();
    format!("<rss version='2.0'><channel><title>Synthetic</title>{items}</channel></rss>").into_bytes()
}

fn read(source: &Source, answers: &[Answer]) -> usize {
    match normalize::read(source, answers, &KnownOpen::default(), jiff::Timestamp::UNIX_EPOCH) {
        Reading::Done(Ok(snapshot)) => snapshot.incidents.len(),
        Reading::Done(Err(_)) | Reading::Need(_) => 0,
    }
}

fn looks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for (format, bytes) in [
        (Format::Statuspage, statuspage()),
        (Format::AwsHealth, aws()),
        (Format::Google, google()),
        (Format::AzureRss, azure()),
        (Format::Microsoft365, microsoft()),
        (Format::OracleCloud, oracle()),
        (Format::Okta, okta()),
        (Format::Slack, slack()),
        (Format::Feed, feed()),
    ] {
        let Ok(id) = SourceId::parse("synthetic/bench") else { continue };
        let source = Source::at(id, format, None);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let answers = [Answer { role: normalize::about(format).roles[0], outcome: Outcome::Body(Body::saved(bytes)) }];
        assert!(read(&source, &answers) > 0, "{} does not read its body", format.name());
        group.bench_function(format.name(), |bencher| bencher.iter(|| read(&source, black_box(&answers))));
    }
    group.finish();
}

criterion_group!(benches, looks);
criterion_main!(benches);
