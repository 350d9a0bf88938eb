//! Where people can go: the entries of the navigation, each with who sees it.

use engine::people::{Action, User};

/// An entry: its path, the message that names it, its icon, and what one has to be allowed to see it.
struct Entry(&'static str, &'static str, &'static str, Action);

/// The counter's, for an account's staff.
const COUNTER: &[Entry] = &[
    Entry("/", "nav.counter", "phone", Action::Sell),
    Entry("/bulk", "nav.bulk", "upload", Action::SellInBulk),
    Entry("/orders", "nav.orders", "list", Action::SeeOwnOrders),
    Entry("/statement", "nav.statement", "wallet", Action::SeeOwnMoney),
    Entry("/people", "nav.people", "people", Action::ChangeOwnPeople),
    Entry("/keys", "nav.keys", "key", Action::SeeOwnTechnique),
    Entry("/webhooks", "nav.webhooks", "hook", Action::SeeOwnTechnique),
    Entry("/developers", "nav.developers", "book", Action::SeeOwnTechnique),
    Entry("/settings", "nav.settings", "gear", Action::ChangeOwnSettings),
];

/// The console's, for those of the house.
const CONSOLE: &[Entry] = &[
    Entry("/console", "nav.today", "pulse", Action::SeeConsole),
    Entry("/console/orders", "nav.orders", "list", Action::SeeConsole),
    Entry("/console/accounts", "nav.accounts", "shop", Action::SeeConsole),
    Entry("/console/suppliers", "nav.suppliers", "tower", Action::SeeConsole),
    Entry("/console/catalog", "nav.catalog", "book", Action::SeeConsole),
    Entry("/console/routing", "nav.routing", "route", Action::SeeConsole),
    Entry("/console/cases", "nav.cases", "scale", Action::SeeMoney),
    Entry("/console/webhooks", "nav.webhooks", "hook", Action::SeeConsole),
    Entry("/console/rates", "nav.rates", "repeat", Action::SeeConsole),
    Entry("/console/people", "nav.people", "people", Action::ChangePeople),
    Entry("/console/audit", "nav.audit", "shield", Action::SeeAudit),
];

/// An entry as one person sees it.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where it leads.
    pub path: &'static str,
    /// The message that names it.
    pub name: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Whether it is where they are.
    pub is_current: bool,
}

/// What somebody sees, on a page.
pub(super) fn places(user: &User, path: &str) -> Vec<Place> {
    let entries: &[Entry] = if user.works_for.is_some() { COUNTER } else { CONSOLE };
    let seen = entries.iter().filter(|Entry(.., action)| user.may(*action));
    let seen: Vec<_> = seen.collect();
    // Those that need a person stand among the orders, and an invoice is a few of them.
    let path = if path == "/console/waiting" {
        "/console/orders"
    } else if path.starts_with("/invoices/") {
        "/orders"
    } else {
        path
    };
    // Of `/console` and `/console/people` the longer one is where they are.
    let fits = |entry: &&&Entry| path == entry.0 || path.starts_with(&format!("{}/", entry.0.trim_end_matches('/')));
    let current = seen
        .iter()
        .filter(fits)
        .max_by_key(|Entry(path, ..)| path.len())
        .map(|Entry(path, ..)| *path);
    let place = |Entry(path, name, icon, _): &&Entry| Place {
        path,
        name,
        icon,
        is_current: current == Some(*path),
    };
    seen.iter().map(place).collect()
}
