import Foundation

/// The temperature that suits predictions best, and how good they are at it (Guo et al., *On Calibration of Modern Neural
/// Networks*, ICML 2017, section 4.2).
///
/// A network that has learnt its images by heart is too sure of others, the more the larger it is. That says little of how well
/// it tells classes apart, but decides its loss; at its own temperature each network is as sure as it may be.
struct Calibration: Sendable, Hashable {
    /// What the logarithms of the probabilities are divided by; above 1 where the network was too sure.
    let temperature: Double
    /// Mean cross-entropy at that temperature, nats.
    let loss: Double

    /// - Parameters:
    ///   - predictions: a probability for each class of each image, at least one.
    ///   - labels: the class of each.
    /// - Complexity: 48 times the number of probabilities.
    init(_ predictions: [[Double]], labels: [Int]) {
        let logarithms = predictions.map { $0.map { log(max($0, .leastNormalMagnitude)) } }
        func loss(_ sharpness: Double) -> Double {
            zip(logarithms, labels).reduce(0) { total, image in
                let (row, label) = image
                let top = row.max() ?? 0
                let sum = row.reduce(0) { $0 + exp(sharpness * ($1 - top)) }
                return total + log(sum) - sharpness * (row[label] - top)
            } / Double(labels.count)
        }
        // The loss is convex in the inverse temperature; golden-section search on its logarithm.
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high) = (log(0.05), log(20.0))
        var inner = (high - ratio * (high - low), low + ratio * (high - low))
        var values = (loss(exp(inner.0)), loss(exp(inner.1)))
        for _ in 0..<44 {
            if values.0 < values.1 {
                high = inner.1
                inner = (high - ratio * (high - low), inner.0)
                values = (loss(exp(inner.0)), values.0)
            } else {
                low = inner.0
                inner = (inner.1, low + ratio * (high - low))
                values = (values.1, loss(exp(inner.1)))
            }
        }
        let best = (low + high) / 2
        temperature = exp(-best)
        self.loss = loss(exp(best))
    }
}
