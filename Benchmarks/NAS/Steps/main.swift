// CPU-seconds of a step (architecture, then weights) of each method of search: `attune-nas-benchmark FOLDER [STEPS] [THREADS]`.
import AttuneCore
import AttuneNAS
import Foundation

func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(0), &usage)
    let micro = Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + micro * 1e-6
}

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    print("usage: attune-nas-benchmark FOLDER [STEPS] [THREADS]; FOLDER holds Fashion-MNIST as IDX")
    exit(64)
}
let steps = arguments.count > 2 ? Int(arguments[2]) ?? 10 : 10
let threads = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
var random = RandomSource(seed: 1)
let all = try ImageSet.reading(arguments[1], part: .training).averaged(by: 2)
let images = all.gathering(all.balancedSample(2 * 64 * steps, using: &random))
print("method\tCPU s/step\twall s/step\tthreads")
for name in ["darts-1", "darts-2", "gdas", "pc-darts"] {
    var settings = SearchSettings()
    guard let method = SearchMethod(named: name) else { continue }
    settings.method = method
    settings.method.warmUp = 0
    settings.epochs = 2
    settings.threads = threads
    let search = try SupernetSearch(images, settings)
    search.advance()
    let (cpu, wall) = (cpuSeconds(), ContinuousClock.now)
    search.advance()
    let seconds = (ContinuousClock.now - wall) / .seconds(1)
    print("\(name)\t\((cpuSeconds() - cpu) / Double(steps))\t\(seconds / Double(steps))\t\(threads)")
}
