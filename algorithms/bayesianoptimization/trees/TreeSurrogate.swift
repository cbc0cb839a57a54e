import AttuneCore

/// Models made of trees, for spaces where smoothness cannot be expected: many choices, conditions, jumps.
///
/// All want at least one observation and finite targets, and are functions of what they are given and of the source.
enum TreeSurrogate {
    /// A random forest of 100 trees.
    ///
    /// - Parameters:
    ///   - features: `[count · featureCount]`, observation by observation.
    ///   - targets: `[count]`.
    static func forest(
        _ space: ModelSpace, features: [Double], targets: [Double], using random: inout RandomSource
    ) -> any Surrogate {
        RandomForest(space, .forest, features: features, targets: targets, using: &random)
    }

    /// 100 extremely randomised trees.
    static func extraTrees(
        _ space: ModelSpace, features: [Double], targets: [Double], using random: inout RandomSource
    ) -> any Surrogate {
        RandomForest(space, .extraTrees, features: features, targets: targets, using: &random)
    }

    /// Three quantiles of 30 boosted trees each.
    static func boosting(
        _ space: ModelSpace, features: [Double], targets: [Double], using random: inout RandomSource
    ) -> any Surrogate {
        GradientBoosting(space, features: features, targets: targets, using: &random)
    }
}
