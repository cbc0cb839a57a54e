import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

struct EventJSONTests {
    @Test func `every kind of event reads back as it was written`() throws {
        let experiment = Samples.experiment()
        for event in Samples.events(of: experiment) {
            let text = event.json.description
            #expect(try Event(json: JSON(parsing: text), space: experiment.space) == event)
        }
    }

    @Test func `no bit of a time is lost`() throws {
        let space = Samples.experiment().space
        var random = RandomSource(seed: 3)
        for _ in 0..<1000 {
            let time = Date(timeIntervalSinceReferenceDate: 0x1p29 + random.uniform() * 0x1p29)
            let event = Event.stopped(at: time)
            #expect(try Event(json: JSON(parsing: event.json.description), space: space) == event)
        }
    }

    @Test(arguments: [0, 1, 0.5, 946_684_799.25, 4e9, -0.75, -1e9, 1_700_000_000.000_000_05])
    func `times of other centuries are kept to a millionth of a second`(seconds: Double) throws {
        let event = Event.stopped(at: Date(timeIntervalSince1970: seconds))
        let read = try Event(json: JSON(parsing: event.json.description), space: Samples.experiment().space)
        guard case .stopped(let time) = read else { return #expect(Bool(false), "not a stop: \(read)") }
        #expect(abs(time.timeIntervalSince1970 - seconds) < 1e-6)
    }
}
