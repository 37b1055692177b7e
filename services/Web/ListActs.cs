using Grpc.Core;
using InquiryHub.Web.Parts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InquiryHub.Web;

/// <summary>What is done with rows that were chosen in a list, a result each; and the case that Space shows beside it.</summary>
internal static class ListActs
{
    /// <summary>As many as a page of a list shows.</summary>
    public const int Most = 500;

    public static void Map(WebApplication app)
    {
        app.MapAct("signin-tasks", call => EachAsync(call, done => call.T["list.signedin", done], (inquiryId, taskId) =>
            call.Hub.Casework.SignInTaskAsync(new() { CommandId = $"signin {taskId}", InquiryId = inquiryId, TaskId = taskId }, call.As).ResponseAsync));
        app.MapAct("urge-tasks", call => EachAsync(call, done => call.T["list.urged", done], (inquiryId, taskId) =>
            call.Hub.Casework.UrgeTaskAsync(new() { CommandId = $"{call["commandId"]} {taskId}", InquiryId = inquiryId, TaskId = taskId }, call.As).ResponseAsync));
        var names = app.Services.GetRequiredService<Names>();
        app.MapAct("hand-over-tasks", async call =>
        {
            var (officer, known) = (call["officerId"], await names.GetAsync());
            return await EachAsync(call, done => call.T["officer.handover.some", done, known.Officer(officer)], (inquiryId, taskId) => HandOver.SendAsync(call, inquiryId, taskId, officer));
        });
        app.MapGet("/case/{inquiryId}/preview", PreviewAsync);
    }

    /// <summary>
    /// The act for each chosen task, all under way at once: the service commits what comes together in one batch. Answers
    /// <c>{say, data: {results: [{taskId, refusal}], next}}</c>: a refusal is the task's own, the others are done; next is the form's next command id.
    /// </summary>
    internal static async Task<ActReply> EachAsync(ActCall call, Func<int, string> said, Func<string, string, Task> act)
    {
        var chosen = call.All("taskId").Distinct().ToList();
        if (chosen.Count is 0 or > Most) return new(call.T["list.most", Most]);
        var results = await Task.WhenAll(chosen.Select(async taskId => (TaskId: taskId, Refusal: await OneAsync(taskId))));
        var refused = results.Count(r => r.Refusal is not null);
        return new(Say: said(results.Length - refused) + (refused > 0 ? call.T["list.refused", refused] : ""), Data: new { Results = results.Select(r => new { r.TaskId, r.Refusal }), Next = Acts.NewId() });

        async Task<string?> OneAsync(string taskId)
        {
            try { await act(taskId.Split('/')[0], taskId); return null; }
            catch (RpcException e) when (e.StatusCode != StatusCode.Unauthenticated) { return call.T.Of(HubClient.RefusalOf(e)); }
        }
    }

    static async Task<IResult> PreviewAsync(HttpContext context, string inquiryId, HubClient hub, Names names, Days days, LeaveBook book)
    {
        if (await context.AuthenticateAsync(WebModule.Scheme) is not { Principal: { } person }) return Results.StatusCode(401);
        context.Response.Headers.CacheControl = "no-store"; // a citizen's words
        try
        {
            var shown = await CaseShown.ReadAsync(hub, names, days, book, person, inquiryId, looking: false, context.RequestAborted);
            return new RazorComponentResult<CasePreview>(new { Case = shown });
        }
        catch (RpcException e) { return Results.Text(Texts.Of(context).Of(HubClient.RefusalOf(e)), statusCode: e.StatusCode switch { StatusCode.Unauthenticated => 401, StatusCode.NotFound => 404, _ => 503 }); }
    }
}
