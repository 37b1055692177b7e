using System.Diagnostics;

namespace InquiryHub.Kernel;

/// <summary>Traces. A walk's spans are named "Walk n: name"; the context travels in the outbox from the door to the delivery.</summary>
public static class Trace
{
    public static readonly ActivitySource Source = new("InquiryHub");

    public static Activity? Walk(int step, string name, string? parent) =>
        parent is not null && ActivityContext.TryParse(parent, null, true, out var context)
            ? Source.StartActivity($"Walk {step}: {name}", ActivityKind.Consumer, context)
            : Source.StartActivity($"Walk {step}: {name}");
}
