using Npgsql;
using Polly;
using Polly.Retry;

namespace InquiryHub.Kernel;

/// <summary>Failures of the database that pass: lost connections, restarts, shortage, lock and statement time-outs.</summary>
static class Transient
{
    public static bool Is(Exception e) => e is TimeoutException or IOException or ObjectDisposedException
        || e is NpgsqlException { SqlState: null }
        || e is NpgsqlException { SqlState: { } s } && (s.StartsWith("08") || s.StartsWith("40") || s.StartsWith("53") || s.StartsWith("57") || s is "25P03" or "55P03" or "25P02")
        || e is InvalidOperationException { Source: "Npgsql" };

    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    public static string State(Exception e) => (e as NpgsqlException)?.SqlState ?? e.GetType().Name;

    /// <summary>Again and again, with pauses that grow from 50 ms to 5 s. An error that isn't transient is retried too, slowly: a service that stops reading helps nobody.</summary>
    public static ResiliencePipeline Retry(Action<Exception> failed) => new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
    {
        MaxRetryAttempts = int.MaxValue,
        Delay = FirstPause,
        MaxDelay = TimeSpan.FromSeconds(5),
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = new PredicateBuilder().Handle<Exception>(e => e is not OperationCanceledException),
        OnRetry = a => { failed(a.Outcome.Exception!); return default; },
    }).Build();
}
