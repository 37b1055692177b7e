using InquiryHub.Contracts.Casework;

namespace InquiryHub.Cli.Year;

/// <summary>What the demonstration's citizens say of an answer.</summary>
public sealed class CitizenTests
{
    static readonly List<string> numbers = [.. Enumerable.Range(1, 20_000).Select(n => $"130603-03{n:00000}-5")];

    [Fact]
    public void A_citizen_says_the_same_however_often_the_year_is_loaded() =>
        Assert.Equal(numbers.Take(500).Select(n => (Citizen.Called(n, 1), Citizen.Rates(n))), numbers.Take(500).Select(n => (Citizen.Called(n, 1), Citizen.Rates(n))));

    [Fact]
    public void Nine_in_ten_are_reached_and_the_next_try_is_another_draw()
    {
        var missed = numbers.Where(n => !Citizen.Called(n, 0).Reached).ToList();
        Assert.InRange(missed.Count, 1_800, 2_200);
        Assert.InRange(missed.Count(n => !Citizen.Called(n, 1).Reached), 140, 260);
    }

    [Fact]
    public void About_as_many_are_satisfied_as_a_city_of_this_kind_publishes_and_who_is_not_calls_it_unsolved()
    {
        var said = numbers.Select(n => Citizen.Called(n, 0)).Where(w => w.Reached && w.Grade != Grade.Unspecified).ToList();
        Assert.InRange(100.0 * said.Count(w => w.Grade <= Grade.FairlySatisfied) / said.Count, 96.25, 97.25);
        Assert.All(said.Where(w => w.Grade >= Grade.Dissatisfied), w => Assert.False(w.Solved));
        Assert.InRange(100.0 * numbers.Count(n => Citizen.Rates(n) is not null) / numbers.Count, 32, 35);
    }
}
