//! What the insurer does with what customers send: a notice becomes a claim, a file is what was asked for, a message gets its
//! answer.

use super::{Act, Insurer, Task, books};
use guichet_types::Timestamp;
use serde_json::{Value, json};

/// Who handles what is new.
const HANDLER: &str = "Mathilde Roux";

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Puts a value at the end of a list of a claim.
fn push(claim: &mut Value, list: &str, value: Value) {
    match claim[list].as_array_mut() {
        Some(list) => list.push(value),
        None => claim[list] = json!([value]),
    }
}

impl Insurer {
    /// Reads a letter, and says that it was read.
    pub(super) fn answer(&mut self, letter: &Value, now: Timestamp) {
        let data = &letter["data"];
        let known = match letter["type"].as_str() {
            Some("claims.reported") => self.register(data, now),
            Some("claims.upload") => self.file(data, now),
            Some("claims.message") => self.message(data, now),
            _ => Err("This kind of message is not known here."),
        };
        let (state, reason) = match known {
            Ok(()) => ("accepted", None),
            Err(reason) => ("refused", Some(reason)),
        };
        let mut answer = json!({ "id": letter["id"], "state": state });
        if let Some(reason) = reason {
            answer["reason"] = json!(reason);
        }
        self.put("answer", json!({ "guichet": "answers/1", "answers": [answer] }));
    }

    fn later(&mut self, now: Timestamp, seconds: i64, claim: &str, act: Act) {
        self.book.tasks.push(Task { at: now.plus_seconds(seconds), claim: claim.to_owned(), act });
    }

    /// A notice of loss: one claim for one reference.
    fn register(&mut self, data: &Value, now: Timestamp) -> Result<(), &'static str> {
        if self.book.claims.iter().any(|claim| claim["notice"] == data["reference"]) {
            return Ok(());
        }
        self.book.count += 1;
        let number =
            format!("CL-{}-{:04}", 2_100 + self.book.count, self.book.opened.map_or(0, |day| day.days()) % 10_000);
        let loss = &data["loss"];
        let loss_at = if loss["at"].is_string() { &loss["at"] } else { &loss["date"] };
        let mut claim = json!({
            "number": number, "notice": data["reference"], "policy": data["policy"]["number"], "line": data["policy"]["line"],
            "customer": data["customer"]["number"], "cause": loss["cause"], "loss_at": loss_at,
            "reported_at": data["reported_at"], "status": "open", "outcome": "pending", "currency": "EUR",
            "milestones": [{ "code": "reported", "at": data["reported_at"], "actor": "customer" }],
            "next": { "who": "insurer", "what": "look at what you sent" },
        });
        if !text(&loss["place"]).is_empty() {
            claim["loss_place"] = loss["place"].clone();
        }
        if data["amount"]["value"].is_string() {
            claim["claimed"] = data["amount"]["value"].clone();
            claim["currency"] = data["amount"]["currency"].clone();
        }
        self.book.claims.push(claim);
        self.tell(&number);
        for (seconds, act) in [(8, Act::Register), (24, Act::Assess), (45, Act::Ask)] {
            self.later(now, seconds, &number, act);
        }
        Ok(())
    }

    /// The claim that a letter is about.
    fn find(&self, data: &Value) -> Result<String, &'static str> {
        let about = &data["claim"];
        let claim = self.book.claims.iter().find(|claim| {
            claim["number"] == about["number"] || about["notice"].is_string() && claim["notice"] == about["notice"]
        });
        claim.map(|claim| text(&claim["number"])).ok_or("There is no such claim.")
    }

    fn file(&mut self, data: &Value, now: Timestamp) -> Result<(), &'static str> {
        let number = self.find(data)?;
        let request = data["request"].as_str().map(str::to_owned);
        self.later(now, 5, &number, Act::Fulfil { request, file: text(&data["file"]["name"]) });
        Ok(())
    }

    fn message(&mut self, data: &Value, now: Timestamp) -> Result<(), &'static str> {
        let number = self.find(data)?;
        let message = json!({ "id": data["message"], "from": "customer", "at": data["at"], "text": data["text"] });
        if let Some(claim) = self.claim(&number) {
            let known =
                claim["messages"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == data["message"]));
            if !known {
                push(claim, "messages", message);
            }
        }
        self.tell(&number);
        self.later(now, 8, &number, Act::Reply);
        Ok(())
    }

    fn claim(&mut self, number: &str) -> Option<&mut Value> {
        self.book.claims.iter_mut().find(|claim| claim["number"] == number)
    }

    /// Writes on a claim as its handler.
    fn write(&mut self, number: &str, now: Timestamp, words: &str) {
        self.book.sent += 1;
        let id = format!("M-{}", self.book.sent);
        if let Some(claim) = self.claim(number) {
            push(claim, "messages", json!({ "id": id, "from": "insurer", "at": books::rfc3339(now), "text": words }));
        }
    }

    /// Does what is due.
    pub(super) fn act(&mut self, task: &Task, now: Timestamp) {
        let at = books::rfc3339(now);
        let day = |days: i32| books::local(&self.zone, now).plus_days(days).to_string();
        let (in_two, in_seven) = (day(2), day(7));
        let Some(claim) = self.claim(&task.claim) else { return };
        let step = |code: &str| json!({ "code": code, "at": at, "actor": "insurer" });
        let words = match &task.act {
            Act::Register => {
                push(claim, "milestones", step("registered"));
                claim["handler"] = json!({ "name": HANDLER, "contact": "Claims, Rouen · 02 35 55 01 20" });
                "Good day. I handle your claim and have read your notice. I will tell you here what I need.".to_owned()
            }
            Act::Assess => {
                push(claim, "milestones", step("assessor_assigned"));
                claim["next"] = json!({ "who": "insurer", "what": "have the damage looked at", "until": in_seven });
                "I have named an assessor, who calls you to agree on a day.".to_owned()
            }
            Act::Ask => {
                push(claim, "milestones", step("documents_requested"));
                let request = json!({ "id": "R-1", "kind": "document", "text": "Invoice or estimate", "due": in_seven, "state": "open" });
                push(claim, "requests", request);
                claim["next"] =
                    json!({ "who": "customer", "what": "upload an invoice or an estimate", "until": in_seven });
                "Please send me an invoice or an estimate of the damage, a photo of it will do.".to_owned()
            }
            Act::Fulfil { request, file } => {
                let mut fulfilled = false;
                for own in claim["requests"].as_array_mut().into_iter().flatten() {
                    if own["id"].as_str() == request.as_deref() && own["state"] == "open" {
                        own["state"] = json!("done");
                        fulfilled = true;
                    }
                }
                if fulfilled {
                    push(claim, "milestones", step("documents_received"));
                    claim["next"] = json!({ "who": "insurer", "what": "decide on your claim", "until": in_two });
                    claim["sub_status"] = json!("with the handler");
                    format!("Thank you, I have {file}. I decide within two working days.")
                } else {
                    format!("Thank you, I have {file} and put it to your claim.")
                }
            }
            Act::Reply => {
                "Thank you for your message. I have put it to your claim and come back to you here.".to_owned()
            }
        };
        self.write(&task.claim, now, &words);
        self.tell(&task.claim);
    }

    /// What is asked for and late is given three more days, so that a demonstration can be begun again on any day.
    pub(super) fn extend(&mut self, now: Timestamp) -> bool {
        let today = books::local(&self.zone, now);
        let (today_text, due) = (today.to_string(), today.plus_days(3).to_string());
        let mut late = Vec::new();
        for claim in &mut self.book.claims {
            let mut moved = false;
            for request in claim["requests"].as_array_mut().into_iter().flatten() {
                // Days as text stand in the order of the calendar.
                let is_late = request["due"].as_str().is_some_and(|due| due < today_text.as_str());
                if request["state"] == "open" && is_late {
                    request["due"] = json!(due);
                    moved = true;
                }
            }
            if moved {
                claim["next"]["until"] = json!(due);
                late.push(text(&claim["number"]));
            }
        }
        for number in &late {
            self.write(number, now, &format!("I have not heard from you yet, so I give you time until {due}."));
            self.tell(number);
        }
        !late.is_empty()
    }
}
