@_exported import AttuneAlgorithms
@_exported import AttuneCore
