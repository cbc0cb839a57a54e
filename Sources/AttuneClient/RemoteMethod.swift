public import AttuneProto
public import SwiftProtobuf

/// A method of the service, by its path and the messages it takes and gives.
public struct RemoteMethod<Request: Message, Reply: Message>: Sendable {
    /// Such as `/attune.v1.Trials/Ask`.
    public let path: String

    public init(_ path: String) { self.path = path }
}

/// The methods of `attune.v1.Server`.
public enum ServerMethod {
    public static let ping = RemoteMethod<Attune_V1_PingRequest, Attune_V1_PingReply>("/attune.v1.Server/Ping")
    public static let info = RemoteMethod<Attune_V1_GetInfoRequest, Attune_V1_GetInfoReply>(
        "/attune.v1.Server/GetInfo")
}

/// The methods of `attune.v1.Experiments`.
public enum ExperimentsMethod {
    private static let service = "/attune.v1.Experiments/"

    public static let create = RemoteMethod<Attune_V1_CreateExperimentRequest, Attune_V1_Experiment>(
        service + "CreateExperiment")
    public static let validate = RemoteMethod<Attune_V1_ValidateExperimentRequest, Attune_V1_ValidateExperimentReply>(
        service + "ValidateExperiment")
    public static let get = RemoteMethod<Attune_V1_GetExperimentRequest, Attune_V1_Experiment>(
        service + "GetExperiment")
    public static let list = RemoteMethod<Attune_V1_ListExperimentsRequest, Attune_V1_ListExperimentsReply>(
        service + "ListExperiments")
    public static let delete = RemoteMethod<Attune_V1_DeleteExperimentRequest, Attune_V1_DeleteExperimentReply>(
        service + "DeleteExperiment")
    public static let suspend = RemoteMethod<Attune_V1_SuspendExperimentRequest, Attune_V1_Experiment>(
        service + "SuspendExperiment")
    public static let resume = RemoteMethod<Attune_V1_ResumeExperimentRequest, Attune_V1_Experiment>(
        service + "ResumeExperiment")
    public static let editBudget = RemoteMethod<Attune_V1_EditBudgetRequest, Attune_V1_Experiment>(
        service + "EditBudget")
    public static let importTrials = RemoteMethod<Attune_V1_ImportTrialsRequest, Attune_V1_ImportTrialsReply>(
        service + "ImportTrials")
    public static let listTrials = RemoteMethod<Attune_V1_ListTrialsRequest, Attune_V1_ListTrialsReply>(
        service + "ListTrials")
    public static let getTrial = RemoteMethod<Attune_V1_GetTrialRequest, Attune_V1_Trial>(service + "GetTrial")
    public static let listEvents = RemoteMethod<Attune_V1_ListEventsRequest, Attune_V1_ListEventsReply>(
        service + "ListEvents")
}

/// The methods of `attune.v1.Trials`.
public enum TrialsMethod {
    private static let service = "/attune.v1.Trials/"

    public static let ask = RemoteMethod<Attune_V1_AskRequest, Attune_V1_AskReply>(service + "Ask")
    public static let tell = RemoteMethod<Attune_V1_TellRequest, Attune_V1_TellReply>(service + "Tell")
    public static let report = RemoteMethod<Attune_V1_ReportRequest, Attune_V1_ReportReply>(service + "Report")
    public static let complete = RemoteMethod<Attune_V1_CompleteRequest, Attune_V1_CompleteReply>(
        service + "Complete")
    public static let fail = RemoteMethod<Attune_V1_FailRequest, Attune_V1_FailReply>(service + "Fail")
    public static let heartbeat = RemoteMethod<Attune_V1_HeartbeatRequest, Attune_V1_HeartbeatReply>(
        service + "Heartbeat")
}

/// A request that changes something, and can be made again under its id without changing more.
protocol RepeatableRequest: Message {
    var requestID: String { get set }
}

extension RepeatableRequest {
    /// With an id, made up where it had none.
    func identified(by make: () -> String) -> Self {
        guard requestID.isEmpty else { return self }
        var request = self
        request.requestID = make()
        return request
    }
}

extension Attune_V1_CreateExperimentRequest: RepeatableRequest {}
extension Attune_V1_DeleteExperimentRequest: RepeatableRequest {}
extension Attune_V1_SuspendExperimentRequest: RepeatableRequest {}
extension Attune_V1_ResumeExperimentRequest: RepeatableRequest {}
extension Attune_V1_EditBudgetRequest: RepeatableRequest {}
extension Attune_V1_ImportTrialsRequest: RepeatableRequest {}
extension Attune_V1_AskRequest: RepeatableRequest {}
extension Attune_V1_TellRequest: RepeatableRequest {}
extension Attune_V1_ReportRequest: RepeatableRequest {}
extension Attune_V1_CompleteRequest: RepeatableRequest {}
extension Attune_V1_FailRequest: RepeatableRequest {}
