//! Somebody who walks through all routes, and what is found wrong on the way: all of it is told
//! at the end, for one fault of the guard shows in many places.

use super::case::{Case, Names};
use super::rule::{Expected, expected, leak, wrong_status};
use super::table::cases;
use crate::access::house::rows::Rows;
use crate::access::house::{Answer, CUSTOMERS, Customer, House, Signed, Somebody, Visitor, paths};

/// Ways to ask that no address answers.
const WRONG_METHODS: [&str; 5] = ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/// Which examples are visited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Pages, and forms that are refused: nothing is changed.
    Harmless,
    /// Forms that are taken.
    Forms,
}

/// A visitor on the way.
pub struct Walk<'a> {
    pub visitor: Visitor,
    pub problems: Vec<String>,
    names: &'a Names,
}

impl<'a> Walk<'a> {
    pub async fn new(house: &House, names: &'a Names, who: Somebody) -> Self {
        Self {
            visitor: Visitor::new(house, who).await,
            problems: Vec::new(),
            names,
        }
    }

    fn who(&self) -> &Somebody {
        &self.visitor.who
    }

    fn note(&mut self, place: &str, problem: Option<String>) {
        if let Some(problem) = problem {
            let who = self.who();
            self.problems.push(format!("{place} {problem}: {who:?}"));
        }
    }

    /// Notes the tables whose rows are others than before.
    pub fn compare(&mut self, of: &str, before: &Rows, after: &Rows) {
        let changed = |table: &&String| before.get(*table) != after.get(*table);
        let tables: Vec<&String> = after.keys().filter(changed).collect();
        let problem = (!tables.is_empty()).then(|| format!("changed: {tables:?}"));
        self.note(&format!("rows of {of}"), problem);
    }

    /// Visits the examples of this part.
    pub async fn visit_all(&mut self, part: Part) {
        for case in cases() {
            for customer in self.customers(case) {
                let is_served = expected(self.who(), case, customer) == Expected::Served;
                let is_form = case.method != "GET" && is_served;
                if is_form == (part == Part::Forms) {
                    self.visit(case, customer).await;
                }
            }
        }
    }

    /// The customers that an example is asked of; one that names none is asked once.
    fn customers(&self, case: &Case) -> &'static [Customer] {
        let names_one = |text: &str| self.names.fill(text, &CUSTOMERS[0]) != text;
        if names_one(case.address) || names_one(case.form) {
            &CUSTOMERS
        } else {
            &CUSTOMERS[..1]
        }
    }

    async fn visit(&mut self, case: &Case, customer: &Customer) {
        let expected = expected(self.who(), case, customer);
        let answer = self.send(case, customer, &[]).await;
        let place = format!(
            "{} {}",
            case.method,
            self.names.fill(case.address, customer)
        );
        self.note(&place, wrong_status(case, expected, &answer));
        let is_led_back = expected == Expected::SignIn;
        let leaks = leak(self.who(), &answer, is_led_back).await;
        self.note(&place, leaks);
        if expected == Expected::Missing {
            let nothing = self.nothing_there(case, customer).await;
            let differs = "answers otherwise than where nothing is".to_owned();
            let is_same = answer.lasting() == nothing.lasting();
            self.note(&place, (!is_same).then_some(differs));
        }
        if case.method == "GET" {
            self.visit_part(case, customer, expected, &answer).await;
            self.visit_head(case, customer, expected, &answer).await;
        }
    }

    async fn send(&self, case: &Case, customer: &Customer, headers: &[(&str, &str)]) -> Answer {
        let address = self.names.fill(case.address, customer);
        if case.method == "GET" {
            return self.visitor.ask("GET", &address, headers, "").await;
        }
        let form = self.names.fill(case.form, customer);
        self.visitor.send(case.method, &address, &form).await
    }

    /// The answer where nothing is that they do not reach.
    async fn nothing_there(&self, case: &Case, customer: &Customer) -> Answer {
        let fill = |text: &str| self.names.fill_missing(text, customer, self.who());
        let (address, form) = (fill(case.address), fill(case.form));
        match case.method {
            "GET" => self.visitor.get(&address).await,
            method => self.visitor.send(method, &address, &form).await,
        }
    }

    /// The same page as htmx asks for it.
    async fn visit_part(
        &mut self,
        case: &Case,
        customer: &Customer,
        expected: Expected,
        whole: &Answer,
    ) {
        let part = self.send(case, customer, &[("hx-request", "true")]).await;
        let wanted = match expected {
            Expected::SignIn => 401,
            _ => whole.status.as_u16(),
        };
        let place = format!("a part of {}", self.names.fill(case.address, customer));
        let status = part.status.as_u16();
        let wrong = (status != wanted).then(|| format!("answered {status}, not {wanted}"));
        self.note(&place, wrong);
        let leaks = leak(self.who(), &part, false).await;
        self.note(&place, leaks);
    }

    /// Its head alone.
    async fn visit_head(
        &mut self,
        case: &Case,
        customer: &Customer,
        expected: Expected,
        whole: &Answer,
    ) {
        let address = self.names.fill(case.address, customer);
        let head = self.visitor.ask("HEAD", &address, &[], "").await;
        let place = format!("HEAD {address}");
        let is_right = head.status == whole.status && head.body.is_empty();
        let wrong = (!is_right).then(|| format!("answered {}", head.status));
        self.note(&place, wrong);
        let leaks = leak(self.who(), &head, expected == Expected::SignIn).await;
        self.note(&place, leaks);
    }

    /// Asks in ways that no address answers.
    pub async fn ask_wrongly(&mut self) {
        let wanted = match self.who().signed {
            Signed::Wholly => 405,
            Signed::Not | Signed::Half => 401,
        };
        for path in paths() {
            let Some(case) = cases().find(|case| case.path == path) else {
                self.note(path, Some("has no example".to_owned()));
                continue;
            };
            let address = self.names.fill(case.address, &CUSTOMERS[1]);
            let has = |method: &&str| cases().any(|one| one.path == path && one.method == *method);
            for method in WRONG_METHODS.iter().filter(|method| !has(method)) {
                let answer = self.visitor.ask(method, &address, &[], "").await;
                let (status, place) = (answer.status.as_u16(), format!("{method} {address}"));
                let wrong = (status != wanted).then(|| format!("answered {status}"));
                self.note(&place, wrong);
                let leaks = leak(self.who(), &answer, false).await;
                self.note(&place, leaks);
            }
        }
    }
}
