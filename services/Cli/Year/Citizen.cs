using InquiryHub.Contracts.Casework;

namespace InquiryHub.Cli.Year;

/// <summary>What a citizen says of an answer, by the own hand or called back. Drawn from the inquiry's number, so that a load that goes on hears the same.</summary>
internal static class Citizen
{
    internal readonly record struct Word(bool Reached, bool Solved, Grade Grade, bool Contacted);

    // Near what a city of this kind publishes: 96.75 % satisfied (Panjin, January to April 2023).
    private static readonly Grade[] grades = [Grade.VerySatisfied, Grade.Satisfied, Grade.FairlySatisfied, Grade.Dissatisfied, Grade.VeryDissatisfied];
    private static readonly double[] often = [38, 46, 12.75, 2.5, 0.75];

    /// <summary>The grade that somebody gives who reads the answer with number and query code; null for two in three, who give none.</summary>
    public static Grade? Rates(string number)
    {
        var draw = Draw(number, -1);
        return draw.Below(3) == 0 ? grades[draw.Pick(often)] : null;
    }

    /// <summary>Nine in ten are reached; who is dissatisfied calls it unsolved, and a few of the others.</summary>
    public static Word Called(string number, int tries)
    {
        var draw = Draw(number, tries);
        if (draw.Below(10) == 0) return default;
        var (grade, contacted) = (grades[draw.Pick(often)], draw.Below(20) > 0);
        var solved = grade < Grade.Dissatisfied && draw.Below(25) > 0;
        return new(true, solved, draw.Below(50) == 0 ? Grade.Unspecified : grade, contacted);
    }

    private static SplitMix Draw(string number, int tries) => new(number.Aggregate(11ul + (ulong)(tries + 1), (hash, c) => SplitMix.Mix(hash + c)));
}
