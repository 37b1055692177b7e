using Confluent.Kafka;
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

    /// <summary>What to call it in logs and reports: the state, the name of a type, or the sentence that says what to do.</summary>
    public static string State(Exception e) => e is InvalidDataException ? e.Message : (e as NpgsqlException)?.SqlState ?? (e as KafkaException)?.Error.Code.ToString() ?? e.GetType().Name;

    /// <summary>Again and again, with pauses that grow from 50 ms to 5 s. An error that isn't transient is retried too, slowly: a service that stops reading helps nobody.</summary>
    public static ResiliencePipeline Retry(Action<Exception> failed) => new Retrying(failed).Pipeline;

    /// <summary>
    /// Serves until stopped, and after each failure again, from the beginning: nothing prepared is ever sent again. Whenever the work
    /// says that it went well, the next failure is a first one: without that the pauses would only grow in the life of a process.
    /// </summary>
    /// <param name="serve">The work; it calls its first argument when it went well, and ends when its token does.</param>
    public static void Keep(Action<Action, CancellationToken> serve, Action<Exception> failed, CancellationToken stop)
    {
        var retrying = new Retrying(failed);
        try { retrying.Pipeline.Execute(token => serve(retrying.Worked, token), stop); }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
    }

    sealed class Retrying
    {
        int failures;
        public void Worked() => failures = 0;
        public ResiliencePipeline Pipeline { get; }

        public Retrying(Action<Exception> failed) => Pipeline = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            DelayGenerator = _ => new((TimeSpan?)Pause(failures++)),
            ShouldHandle = new PredicateBuilder().Handle<Exception>(e => e is not OperationCanceledException),
            OnRetry = a => { failed(a.Outcome.Exception!); return default; },
        }).Build();
    }

    /// <summary>50 ms, twice as long after each further failure, 5 s at most.</summary>
    internal static TimeSpan Pause(int failures) => TimeSpan.FromMilliseconds(Math.Min(50 * Math.Pow(2, failures), 5000));
}
