using InquiryHub.Cli.Servers;
using Xunit;

namespace InquiryHub.Cli.Tests;

public class DeploymentTests
{
    private static string[] Names(string? instances, bool split) => [.. Deployment.Of(split, Deployment.Parse(instances, split)).Select(program => program.Name)];

    [Fact]
    public void A_city_is_one_process_or_several_of_the_same()
    {
        Assert.Equal(["AllInOne"], Names(null, split: false));
        Assert.Equal(["AllInOne", "AllInOne.2"], Names("allinone=2", split: false));
    }

    [Fact]
    public void A_split_city_is_a_process_a_service_and_as_many_of_one_as_asked()
    {
        var names = Names("routing=2, casework=3", split: true);
        Assert.Equal(11, names.Length);
        Assert.Equal("directory", names[0]);
        Assert.Equal(["casework", "casework.2", "casework.3"], names.Where(name => name.StartsWith("casework", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_program_is_a_project_of_its_own_and_has_ports_of_its_own()
    {
        var programs = Deployment.Of(split: true, Deployment.Parse("sla=2", split: true));
        Assert.Contains(new HubProgram("sla.2", "services/Sla", "sla"), programs);
        Assert.Equal(programs.Count * 2, programs.SelectMany(program => new[] { program.HttpPort, program.GrpcPort }).Distinct().Count());
    }

    [Theory]
    [InlineData("routing=2", false, "only with --split")]
    [InlineData("allinone=2", true, "no service allinone")]
    [InlineData("billing=2", true, "no service billing")]
    [InlineData("routing", true, "NAME=COUNT")]
    [InlineData("routing=0", true, "1 to 12")]
    [InlineData("routing=13", true, "1 to 12")]
    [InlineData("routing=2,Routing=3", true, "twice")]
    public void What_cannot_be_started_is_refused_with_a_sentence(string instances, bool split, string part)
    {
        var refused = Assert.Throws<HubStop>(() => Deployment.Parse(instances, split));
        Assert.Equal(Exit.Usage, refused.Code);
        Assert.Contains(part, refused.English);
    }

    [Fact]
    public void Brokers_are_hosts_and_ports_separated_by_commas()
    {
        Assert.Equal([("a", 9092), ("b.example", 9093)], Existing.Split("a:9092, b.example:9093")!);
        Assert.Null(Existing.Split("a:9092,b"));
        Assert.Null(Existing.Split("a:99999"));
    }

    [Fact]
    public async Task Brokers_that_do_not_answer_are_named() =>
        Assert.Contains("127.0.0.1:1", (await Assert.ThrowsAsync<HubStop>(() => Existing.RequireKafkaAsync("127.0.0.1:1", CancellationToken.None))).English);
}
