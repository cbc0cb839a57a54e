import AttunePage
import HTTPTypes
import Hummingbird

/// What every answer over HTTP says to browsers.
enum PageHeaders {
    /// Nothing but the service's own files runs, is shown or asked for; nobody frames the page; nothing is guessed.
    static let always: [(HTTPField.Name, String)] = [
        (
            .contentSecurityPolicy,
            """
            default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
            font-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'
            """
        ),
        (.xContentTypeOptions, "nosniff"), (.init("referrer-policy")!, "no-referrer"),
        (.init("cross-origin-opener-policy")!, "same-origin"),
    ]
}
