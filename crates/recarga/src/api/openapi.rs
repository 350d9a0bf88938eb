//! What the description of the API says besides its operations: keys, errors and webhooks.

use utoipa::{
    OpenApi as Described,
    openapi::{
        Content, HttpMethod, OpenApi, PathItem, PathsBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
        path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        schema::{ObjectBuilder, Type},
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{answer::ErrorBody, error::Code};

#[derive(Described)]
#[openapi(
    info(
        title = "Recarga",
        description = "Phone top-ups: find the operators of a number, buy, and hear what became of it.\n\n\
            Amounts are exact decimals in major units, with their currency beside them. Times are ISO 8601 in UTC. \
            Fields that are not known are ignored. Every answer carries `X-Request-Id`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    security(("bearer" = []), ("basic" = [])),
    components(schemas(ErrorBody)),
    tags(
        (name = "Products", description = "What can be bought, and for which number."),
        (name = "Invoices", description = "Buying: one or more orders at once."),
        (name = "Orders", description = "What became of each phone."),
        (name = "Accounts", description = "The account's money."),
        (name = "Webhooks", description = "What was told, and what signs it."),
        (name = "Service", description = "Whether all is well."),
    ),
)]
struct Frame;

/// The description without its operations.
pub(super) fn frame() -> OpenApi {
    Frame::openapi()
}

/// Adds what holds for every operation.
pub(super) fn completed(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    for (name, scheme) in [("bearer", HttpAuthScheme::Bearer), ("basic", HttpAuthScheme::Basic)] {
        components.add_security_scheme(name, SecurityScheme::Http(Http::new(scheme)));
    }
    for (path, item) in &mut document.paths.paths {
        let operations = [
            item.get.as_mut().map(|get| (false, get)),
            item.post.as_mut().map(|post| (true, post)),
        ];
        for (posted, operation) in operations.into_iter().flatten() {
            describe_errors(path, posted, operation);
        }
    }
    document.webhooks = Some(webhooks());
    document
}

/// Adds the errors that any operation of its kind may end in.
fn describe_errors(path: &str, posted: bool, operation: &mut Operation) {
    let keyed = path.starts_with("/v2/") && path != "/v2/ping";
    let bought = path.ends_with("/invoices") && posted;
    let read = operation
        .parameters
        .as_ref()
        .is_some_and(|parameters| !parameters.is_empty())
        || posted;
    let named = path.contains('{');
    let statuses = [
        (400, keyed && read),
        (401, keyed),
        (403, keyed),
        (404, named || path == "/metrics"),
        (413, posted),
        (415, bought),
        (429, keyed),
        (500, true),
        (503, true),
    ];
    for (status, may_be) in statuses {
        if may_be {
            operation
                .responses
                .responses
                .entry(status.to_string())
                .or_insert_with(|| RefOr::T(error(status)));
        }
    }
}

/// An error's description: every code of its status.
fn error(status: u16) -> Response {
    let codes = Code::ALL.iter().filter(|code| code.status() == status);
    let lines: Vec<_> = codes
        .map(|code| format!("`{}`: {}", code.as_str(), code.sentence()))
        .collect();
    let content = Content::new(Some(Ref::from_schema_name("Error")));
    ResponseBuilder::new()
        .description(lines.join("\n\n"))
        .content("application/json", content)
        .build()
}

/// What we send.
fn webhooks() -> utoipa::openapi::Paths {
    let header = |name: &str, description: &str| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(text))
            .build()
    };
    let body = RequestBodyBuilder::new()
        .description(Some("The invoice as it stands."))
        .required(Some(Required::True))
        .content("application/json", Content::new(Some(Ref::from_schema_name("Invoice"))));
    let taken = ResponseBuilder::new().description(
        "Any 2xx within 15 s means that you have it; 410 that you want no more of it; anything else, and we try \
         again with growing pauses over three days.",
    );
    let operation = OperationBuilder::new()
        .operation_id(Some("invoice_final"))
        .summary(Some("An invoice became final"))
        .description(Some(
            "Sent to the invoice's `webhook_url` when it is complete, expired or cancelled, and again if a delivered \
             order is reversed. Signed as Standard Webhooks 1.0.",
        ))
        .parameter(header(
            "webhook-id",
            "Names the event: the same for every try and resending.",
        ))
        .parameter(header(
            "webhook-timestamp",
            "When this try was sent, in seconds since 1970.",
        ))
        .parameter(header(
            "webhook-signature",
            "`v1,` and the HMAC-SHA256 of `id.timestamp.body`; two of them, \
            separated by a space, while an older secret still signs.",
        ))
        .request_body(Some(body.build()))
        .response("2XX", taken);
    PathsBuilder::new()
        .path("invoice", PathItem::new(HttpMethod::Post, operation))
        .build()
}
