import AttuneCore
import AttuneService
import Testing

struct ServiceErrorTests {
    @Test(arguments: [
        (ServiceError.Code.invalidArgument, 400), (.unauthenticated, 401), (.permissionDenied, 403), (.notFound, 404),
        (.alreadyExists, 409), (.resourceExhausted, 429), (.unavailable, 503), (.deadlineExceeded, 504),
    ])
    func `every code has its status of HTTP`(code: ServiceError.Code, status: Int) {
        #expect(code.httpStatus == status)
    }
}
