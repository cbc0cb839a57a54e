import Foundation

/// How the learning rate changes over the training.
enum Schedule: String, CaseIterable, Sendable {
    case constant
    /// Down to zero along half a cosine (Loshchilov and Hutter 2017, eq. 5, without restarts).
    case cosine

    /// The factor for the rate at `progress`, in `0..<1`, of the training.
    func factor(at progress: Float) -> Float {
        switch self {
        case .constant: 1
        case .cosine: (1 + cos(.pi * progress)) / 2
        }
    }
}
