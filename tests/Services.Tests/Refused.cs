using Grpc.Core;
using InquiryHub.Contracts.Common;

namespace InquiryHub.Services.Tests;

/// <summary>Which refusal a call came back with.</summary>
static class Refused
{
    /// <summary>Its code; the status where no refusal was said.</summary>
    public static string Code(RpcException e) => e.Trailers.Get("refusal-bin") is { } sent ? Refusal.Parser.ParseFrom(sent.ValueBytes).Code : e.StatusCode.ToString();

    public static async Task<string> CodeAsync(Func<Task> act) => Code(await Assert.ThrowsAsync<RpcException>(act));
    public static Task<string> CodeAsync<T>(AsyncUnaryCall<T> call) => CodeAsync(() => call.ResponseAsync);
}
