/// Attune's version, of the command, the service and the library.
public let attuneVersion = "0.1.0"
