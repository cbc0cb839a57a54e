import Testing

/// Tests that move bytes: one after another, so that none waits for another's.
@Suite(.serialized, .timeLimit(.minutes(10)))
enum CurlTests {}
