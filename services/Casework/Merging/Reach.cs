using InquiryHub.Contracts.Common;
using InquiryHub.Kernel;

namespace InquiryHub.Casework;

/// <summary>
/// The cases that an act reaches beside its own by merging. A batch locks what was named before it, and only under the lock the case says whom it
/// reaches: an act that finds more than it named is run again with those, so that what is on its own, nearly all, is read once.
/// </summary>
/// <param name="named">Those that are known from the start.</param>
sealed class Reach(string inquiryId, params string[] named)
{
    const int Most = 5;
    IReadOnlyList<string> others = named;

    /// <summary>The own one first: the act's other rows are of its shard.</summary>
    public IReadOnlyList<string> Keys => [inquiryId, .. others];

    public void Want(Wants wants) { foreach (var key in Keys) wants.Add(CaseworkStore.Cases, key); }

    /// <returns>Null when all of them are locked; else a refusal that <see cref="RunAsync"/> answers by another run.</returns>
    public Refusal? Missing(IEnumerable<string> reached)
    {
        var all = reached.ToList();
        if (all.All(Keys.Contains)) return null;
        others = all;
        return Moved;
    }

    public async Task<Outcome<T>> RunAsync<T>(Func<Task<Outcome<T>>> command) where T : class
    {
        for (var run = 1; ; run++)
        {
            var outcome = await command();
            if (!ReferenceEquals(outcome.Refusal, Moved) || run == Most) return outcome;
        }
    }

    /// <summary>What became of another one, its rows under its own key.</summary>
    public static void Save(CaseStep other, UnitOfWork work, LiveTasks live)
    {
        work.Under(other.Case.InquiryId);
        CaseworkHandlers.Save(work.Get(CaseworkStore.Cases, other.Case.InquiryId), other, work, live);
    }

    static readonly Refusal Moved = Refusals.Of("Busy", "刚才有诉求正在并入或取消合并，请再按一次；已填写的内容不会丢失。", "Inquiries were just being merged or split; please press once more. What you wrote is kept.");
}
