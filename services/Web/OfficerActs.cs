using Grpc.Core;
using InquiryHub.Contracts.Casework;
using InquiryHub.Kernel;

namespace InquiryHub.Web;

/// <summary>What is done on the worklist and the case page. A refusal by what another did meanwhile names who and when; the text stays where it was.</summary>
internal static class OfficerActs
{
    public static void Map(WebApplication app)
    {
        app.MapAct("signin-task", async call =>
        {
            await call.Hub.Casework.SignInTaskAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], TaskId = call["taskId"] }, call.As);
            return new(Say: call.T["officer.signedin", call["inquiryId"]]);
        });
        var names = app.Services.GetRequiredService<Names>();
        app.MapAct("answer", async call =>
        {
            try
            {
                await call.Hub.Casework.AnswerInquiryAsync(new()
                { CommandId = call["commandId"], InquiryId = call["inquiryId"], TaskId = call["taskId"], PublicReply = call["reply"], HandlingNote = call["note"] }, call.As);
            }
            catch (RpcException e) when (HubClient.RefusalOf(e).Code is "AlreadyAnswered" or "TaskWithdrawn" or "CaseClosed")
            {
                return new(await MeanwhileAsync(call, await names.GetAsync()) ?? call.T.Of(HubClient.RefusalOf(e)));
            }
            return new(Say: call.T["officer.answered", call["inquiryId"]], Forget: [$"case/{call["inquiryId"]}"], Again: true);
        });
        app.MapAct("return-task", async call =>
        {
            await call.Hub.Casework.ReturnTaskAsync(new()
            { CommandId = call["commandId"], InquiryId = call["inquiryId"], TaskId = call["taskId"], Reason = call["reason"], Words = call["words"], SuggestedUnitCode = call["suggested"] }, call.As);
            return new(Say: call.T[call.Has("assisting") ? "officer.handback.done" : "officer.return.asked", call["inquiryId"]], Forget: [$"return/{call["inquiryId"]}"], Again: true);
        });
        app.MapAct("withdraw-return", async call =>
        {
            await call.Hub.Casework.WithdrawReturnAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], TaskId = call["taskId"] }, call.As);
            return new(Say: call.T["officer.return.kept", call["inquiryId"]], Again: true);
        });
        app.MapAct("joint-handling", async call =>
        {
            if (!int.TryParse(call["expected"], out var expected)) return new(call.T["act.stale"]);
            await call.Hub.Routing.RequestJointHandlingAsync(new()
            {
                CommandId = call["commandId"], InquiryId = call["inquiryId"], ExpectedDispatchNo = expected, Words = call["words"],
                UnitCodes = { call["unit"].Split(',', StringSplitOptions.RemoveEmptyEntries).Distinct() }, // fields of one name come joined
            }, call.As);
            var scope = $"joint/{call["inquiryId"]}";
            await call.Hub.Casework.DropDraftsAsync(new() { Scope = scope }, call.As);
            // The page stays: somebody writes the answer in it. The form's next use is another command.
            return new(Say: call.T["officer.joint.asked", call["inquiryId"]], Forget: [scope], Data: new { Next = Acts.NewId() });
        });
        app.MapAct("hand-over", async call =>
        {
            var officer = call["officerId"];
            await HandOver.SendAsync(call, call["inquiryId"], call["taskId"], officer);
            var mine = call.User.FindFirst("officer")?.Value == officer;
            return new(Say: mine ? call.T["officer.handover.taken", call["inquiryId"]] : call.T["officer.handover.done", call["inquiryId"], (await names.GetAsync()).Officer(officer)], Again: true);
        });
        app.MapAct("extend-task", async call =>
        {
            _ = int.TryParse(call["days"], out var days); // none chosen: Casework says what may be
            await call.Hub.Casework.RequestExtensionAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], TaskId = call["taskId"], WorkingDays = days, Words = call["words"] }, call.As);
            return new(Say: call.T["officer.extend.asked", call["inquiryId"]], Forget: [$"extend/{call["inquiryId"]}"], Again: true);
        });
        app.MapAct("decide-extension", async call =>
        {
            if (!int.TryParse(call["no"], out var no)) return new(call.T["act.stale"]);
            await call.Hub.Casework.DecideExtensionAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], TaskId = call["taskId"], ExtensionNo = no, Granted = call.Has("granted"), Words = call["words"] }, call.As);
            return new(Say: call.T[call.Has("granted") ? "officer.extend.granted" : "officer.extend.refused", call["inquiryId"]], Go: "/extensions", Forget: [$"extend/{call["inquiryId"]}"]);
        });
        app.MapAct("urge-task", async call =>
        {
            await call.Hub.Casework.UrgeTaskAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], TaskId = call["taskId"] }, call.As);
            return new(Say: call.T["supervision.done", call["inquiryId"]]);
        });
        app.MapAct("supervise-task", async call =>
        {
            await call.Hub.Casework.SuperviseTaskAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], TaskId = call["taskId"], Form = call["form"], Words = call["words"] }, call.As);
            return new(Say: call.T["supervision.taken", call["inquiryId"]], Forget: [$"supervise/{call["inquiryId"]}"], Again: true);
        });
        app.MapAct("designate-unit", async call =>
        {
            if (!int.TryParse(call["expected"], out var expected)) return new(call.T["act.stale"]);
            var (id, unit) = (call["inquiryId"], call["suggested"]);
            await call.Hub.Routing.DesignateUnitAsync(new() { CommandId = call["commandId"], InquiryId = id, ExpectedDispatchNo = expected, UnitCode = unit, Words = call["words"] }, call.As);
            var scope = $"designate/{id}";
            await call.Hub.Casework.DropDraftsAsync(new() { Scope = scope }, call.As);
            return new(Say: call.T["officer.designate.done", id, (await names.GetAsync()).Unit(unit)], Forget: [scope], Again: true);
        });
        app.MapAct("reveal", async call =>
        {
            try
            {
                var r = await call.Hub.Casework.RevealPersonAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"], Reason = call["reason"], Words = call["words"] }, call.As);
                var dial = PhoneNumber.Read(r.Phone).E164;
                return new(Data: new { r.Name, r.Phone, Dial = dial is null ? null : $"tel:{dial}", r.Email, r.Address, r.SecondsLeft, Entry = call.T["officer.reveal.entry", r.EntryNo], Next = Acts.NewId() });
            }
            // The form's id is spent: the next look is another one.
            catch (RpcException e) when (HubClient.RefusalOf(e) is { Code: "RevealOver" } over) { return new(call.T.Of(over), Data: new { Next = Acts.NewId() }); }
        });
        // Sent as a form, not asked for by an address: what somebody looks for may be a name.
        app.MapAct("find-case", async call =>
        {
            var found = await call.Hub.Casework.SearchCasesAsync(new() { Words = call["words"], After = call["after"] }, call.As);
            var units = await names.GetAsync();
            return new(Data: new
            {
                Cases = found.Cases.Select(c => new { c.InquiryId, Title = c.Title.Length > 0 ? c.Title : call.T["officer.untitled"], Unit = c.UnitCode.Length > 0 ? units.Unit(c.UnitCode) : call.T["unit.none"], State = CaseWords.State(c, call.T) }),
                Note = found.Complete ? "" : call.T[found.Cases.Count == 0 ? "palette.nonefrom" : "palette.from", found.SearchedFrom],
                found.Next,
            });
        });
        app.MapAct("close-case", async call =>
        {
            await call.Hub.Casework.CloseInquiryAsync(new() { CommandId = call["commandId"], InquiryId = call["inquiryId"] }, call.As);
            return new(Say: call.T["officer.closed", call["inquiryId"]], Again: true);
        });
    }

    static async Task<string?> MeanwhileAsync(ActCall call, NameList names)
    {
        try
        {
            var file = await call.Hub.Casework.GetCaseAsync(new() { InquiryId = call["inquiryId"] }, call.As);
            return CaseWords.Meanwhile(file, call.User.FindFirst("unit")?.Value ?? "", names, call.T);
        }
        catch (RpcException) { return null; }
    }
}
