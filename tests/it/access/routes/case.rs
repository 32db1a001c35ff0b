//! An address as the table of routes has it, made whole.

use routervault::model::Right;

use crate::access::house::{CUSTOMERS, Customer, House, NOBODY, Somebody};

/// What a page is about, which decides for whom it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// No site: it is there for everybody, and tells each what they may know.
    Nothing,
    /// One customer.
    One,
    /// Two at once: it is there for who reaches both.
    Both,
    /// All of them, in numbers: it is there for who reaches all, and on this machine, where every
    /// test is, for nobody in particular.
    All,
    /// What two share: it is there for who reaches either, with their part of it.
    Either,
}

/// An example of a route, and who gets what there.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub method: &'static str,
    /// The route, as the router has it.
    pub path: &'static str,
    /// `None`: nobody needs to be signed in.
    pub right: Option<Right>,
    /// What is needed beside for this example of it.
    pub beside: Option<Right>,
    pub about: About,
    /// With names in braces for what belongs to a customer.
    pub address: &'static str,
    pub form: &'static str,
    /// The status of the answer for who may is one of these; none: any that is no refusal.
    pub statuses: &'static [u16],
}

const fn case(method: &'static str, path: &'static str, right: Right, about: About) -> Case {
    Case {
        method,
        path,
        right: Some(right),
        beside: None,
        about,
        address: path,
        form: "",
        statuses: &[],
    }
}

pub const fn get(path: &'static str, right: Right, about: About) -> Case {
    case("GET", path, right, about)
}

pub const fn post(path: &'static str, right: Right, about: About) -> Case {
    case("POST", path, right, about)
}

/// Where nobody needs to be signed in.
pub const fn open(method: &'static str, path: &'static str) -> Case {
    Case {
        right: None,
        ..case(method, path, Right::See, About::Nothing)
    }
}

impl Case {
    pub const fn at(self, address: &'static str) -> Self {
        Self { address, ..self }
    }

    pub const fn form(self, form: &'static str) -> Self {
        Self { form, ..self }
    }

    pub const fn and(self, right: Right) -> Self {
        Self {
            beside: Some(right),
            ..self
        }
    }

    pub const fn answers(self, statuses: &'static [u16]) -> Self {
        Self { statuses, ..self }
    }
}

/// Numbers and names of the house for the names in braces.
pub struct Names {
    shared_line: i64,
    lines: Vec<i64>,
}

impl Names {
    pub fn of(house: &House) -> Self {
        Self {
            shared_line: house.shared_line,
            lines: house.lines.clone(),
        }
    }

    /// `text` about this customer, and the other one where it names both.
    pub fn fill(&self, text: &str, customer: &Customer) -> String {
        self.fill_both(text, customer, customer.other())
    }

    /// The same about what does not exist, but for what `who` reaches of it.
    pub fn fill_missing(&self, text: &str, customer: &Customer, who: &Somebody) -> String {
        let [one, another] = &NOBODY;
        let of = |customer, nobody| {
            if who.reaches(customer) {
                customer
            } else {
                nobody
            }
        };
        self.fill_both(text, of(customer, one), of(customer.other(), another))
    }

    fn fill_both(&self, text: &str, customer: &Customer, other: &Customer) -> String {
        let lines = self.lines.iter().zip(&CUSTOMERS);
        let mut own = lines.filter(|(_, one)| one.number == customer.number);
        let line = own.next().map_or(customer.number, |(line, _)| *line);
        let shared = |number: i64| match customer.exists() {
            true => number,
            false => customer.number,
        };
        let numbers = [
            ("{site}", customer.number),
            ("{user}", customer.number),
            ("{schedule}", customer.number + 1),
            ("{gateway}", customer.gateway()),
            ("{access-point}", customer.access_point()),
            ("{night}", customer.night()),
            ("{waiting}", customer.waiting()),
            ("{older}", customer.older()),
            ("{newer}", customer.older() + 1),
            ("{ended-run}", customer.run()),
            ("{run}", customer.run() + 2),
            ("{line}", line),
            ("{test}", customer.test()),
            ("{prepared-test}", customer.test() + 1),
            ("{other-gateway}", other.gateway()),
            ("{other-newer}", other.older() + 1),
            ("{shared-line}", shared(self.shared_line)),
            ("{shared-batch}", shared(1)),
        ];
        let filled = text
            .replace("{slug}", customer.word)
            .replace("{other-slug}", other.word)
            .replace("{part}", customer.part());
        let fill =
            |text: String, (name, number): (&str, i64)| text.replace(name, &number.to_string());
        numbers.into_iter().fold(filled, fill)
    }
}
