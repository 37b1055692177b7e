using InquiryHub.Cli;
using InquiryHub.Cli.Servers;
using Xunit;

namespace InquiryHub.Cli.Tests;

public class PortTests
{
    [Fact]
    public void A_remembered_port_is_kept_while_it_is_free() =>
        Assert.Equal(25000, Ports.Choose(25000, [], _ => true));

    [Fact]
    public void A_remembered_port_that_somebody_took_is_replaced() =>
        Assert.NotEqual(25000, Ports.Choose(25000, [], port => port != 25000));

    [Fact]
    public void Two_servers_of_a_city_never_share_a_port() =>
        Assert.NotEqual(25000, Ports.Choose(25000, [25000], _ => true));

    [Fact]
    public void The_next_free_port_is_taken_when_nobody_asked_for_one() =>
        Assert.Equal(8082, Ports.ChoosePublic(null, 8080, port => port >= 8082));

    [Fact]
    public void A_port_that_was_asked_for_and_is_taken_is_refused_with_its_own_exit_code() =>
        Assert.Equal(Exit.PortTaken, Assert.Throws<HubStop>(() => Ports.ChoosePublic(8080, 8080, _ => false)).Code);
}
