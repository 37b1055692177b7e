using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using InquiryHub.Contracts.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace InquiryHub.Kernel;

/// <summary>How refusals leave: gRPC status with the Refusal in the trailer <c>refusal-bin</c>, HTTP as problem+json.</summary>
public static class Answers
{
    /// <summary>The value, or the refusal as an RpcException (NotFound for Unknown*, InvalidArgument for Invalid*, PermissionDenied for Not*, else FailedPrecondition).</summary>
    public static T OrRefuse<T>(this Outcome<T> outcome) => outcome.Refusal is { } r ? throw Refused(r) : outcome.Value!;

    public static RpcException Refused(Refusal refusal) => new(new Status(CodeOf(refusal.Code), $"{refusal.Zh} / {refusal.En}"), new Metadata { { "refusal-bin", refusal.ToByteArray() } });

    static StatusCode CodeOf(string code) =>
        code.StartsWith("Unknown") ? StatusCode.NotFound : code.StartsWith("Invalid") ? StatusCode.InvalidArgument : code.StartsWith("Not") && code.Length > 3 && char.IsUpper(code[3]) ? StatusCode.PermissionDenied
        : code is "Busy" ? StatusCode.Unavailable : StatusCode.FailedPrecondition;

    /// <summary>problem+json with the code and both sentences.</summary>
    public static IResult Problem(int status, Refusal refusal) => Results.Json(
        new { type = $"urn:inquiryhub:{refusal.Code}", title = refusal.Zh, detail = refusal.En, status, code = refusal.Code, zh = refusal.Zh, en = refusal.En },
        Json.Options, "application/problem+json", status);
}

/// <summary>The one place where an exception of a gRPC method ends: unavailable, or a bug with a trace number and no details.</summary>
internal sealed partial class GrpcErrors(ILogger<GrpcErrors> log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try { return await continuation(request, context); }
        catch (HubUnavailableException) { throw Answers.Refused(Refusals.Busy); }
        // Lists read outside of batches: the database may be away, or be asked for text that it can't hold (a NUL).
        catch (Exception e) when (Transient.Is(e)) { throw Answers.Refused(Refusals.Busy); }
        catch (Npgsql.PostgresException e) when (e.SqlState is Npgsql.PostgresErrorCodes.CharacterNotInRepertoire) { throw Answers.Refused(Refusals.InvalidKey); }
        catch (Exception e) when (e is not RpcException and not OperationCanceledException)
        {
            var trace = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.GetHttpContext().TraceIdentifier;
            Bug(log, context.Method, e.GetType().Name, e.StackTrace?.Split('\n').FirstOrDefault()?.Trim() ?? "", trace);
            throw new RpcException(new Status(StatusCode.Internal, $"内部错误，请把编号告诉管理员：{trace} / Internal error, please tell the administrator this number: {trace}"));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed: {Error} {At} (trace {Trace})")] static partial void Bug(ILogger log, string method, string error, string at, string trace);
}
