using System.Text.Json.Nodes;
using InquiryHub.Gateway;
using Microsoft.Extensions.Configuration;

namespace InquiryHub.Decisions.Tests.Gateway;

public sealed class RoutingTableTests
{
    static readonly string[] Services = ["channels", "routing", "assignment", "sla", "casework", "statistics", "directory", "web"];

    static RoutingTable Of(params (string Key, string Value)[] settings) =>
        RoutingTable.Of(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build());

    static (string, string)[] Split(params string[] twice) => [.. Services.SelectMany((s, at) => Enumerable.Range(0, twice.Contains(s) ? 2 : 1).SelectMany(n => new[]
    {
        ($"Gateway:Services:{s}:{n}:Http", $"http://127.0.0.1:{5000 + at * 10 + n}"), ($"Gateway:Services:{s}:{n}:Grpc", $"http://127.0.0.1:{6000 + at * 10 + n}"),
    }))];

    static string ClusterOf(RoutingTable table, string path) => table.Routes.Single(r => r.Match.Path == path).ClusterId!;

    [Fact]
    public void Without_addresses_of_services_everything_goes_to_the_one_hub()
    {
        var table = Of(("Hub:HttpUrl", "http://127.0.0.1:1"), ("Hub:GrpcUrl", "http://127.0.0.1:2"));
        Assert.All(table.Clusters, c => Assert.Equal(c.ClusterId.EndsWith("grpc", StringComparison.Ordinal) ? "http://127.0.0.1:2" : "http://127.0.0.1:1", c.Destinations!.Single().Value.Address));
        Assert.All(table.Clusters, c => Assert.True(c.HealthCheck is null && c.SessionAffinity is null));
    }

    [Fact]
    public void Two_hubs_share_doors_and_gRPC_and_a_visitor_of_pages_stays_with_one()
    {
        var table = Of(("Hub:HttpUrl", "http://127.0.0.1:1, http://127.0.0.1:3"), ("Hub:GrpcUrl", "http://127.0.0.1:2,http://127.0.0.1:4"));
        Assert.All(table.Clusters, c => Assert.Equal((2, true), (c.Destinations!.Count, c.HealthCheck!.Active!.Enabled)));
        Assert.Equal("web http", table.Clusters.Single(c => c.SessionAffinity is not null).ClusterId);
        Assert.Equal("hub http", ClusterOf(table, "/doors/{**rest}"));
    }

    [Fact]
    public void Each_package_and_path_goes_to_its_service()
    {
        var table = Of(Split());
        Assert.Equal(("channels http", "channels http", "casework http", "web http"), (ClusterOf(table, "/doors/{**rest}"), ClusterOf(table, "/public/inquiries"), ClusterOf(table, "/public/progress"), ClusterOf(table, "/{**rest}")));
        Assert.Equal("routing grpc", ClusterOf(table, "/{service:regex(^hub\\.routing\\.)}/{method}"));
        Assert.All(table.Routes, r => Assert.Contains(table.Clusters, c => c.ClusterId == r.ClusterId));
        Assert.Equal(table.Routes.Count, table.Routes.Select(r => r.Match.Path).Distinct().Count());
    }

    [Fact]
    public void A_service_of_two_instances_is_watched_and_one_of_one_is_asked_in_any_case()
    {
        var clusters = Of(Split("routing")).Clusters.ToDictionary(c => c.ClusterId);
        Assert.Equal(["routing", "routing.2"], clusters["routing grpc"].Destinations!.Keys.Order());
        Assert.Equal((true, true, true), (clusters["routing grpc"].HealthCheck!.Active!.Enabled, clusters["routing grpc"].HealthCheck!.Passive!.Enabled, clusters["sla grpc"].HealthCheck is null));
    }

    [Fact]
    public void A_name_may_stand_for_several_instances()
    {
        var table = Of(("Hub:HttpUrl", "http://hub:5080"), ("Hub:GrpcUrl", "http://hub:5081"));
        Assert.All(table.Clusters, c => Assert.NotNull(c.HealthCheck));
        Assert.NotNull(table.Clusters.Single(c => c.ClusterId == "web http").SessionAffinity);
    }

    [Fact]
    public void A_service_without_an_address_or_an_unknown_one_stops_the_start()
    {
        Assert.Contains("sla__0__Http", Assert.Throws<InvalidDataException>(() => Of([.. Split().Where(s => !s.Item1.Contains(":sla:"))])).Message);
        Assert.Contains("routing__0__Grpc", Assert.Throws<InvalidDataException>(() => Of([.. Split().Where(s => s.Item1 != "Gateway:Services:routing:0:Grpc")])).Message);
        Assert.Contains("billing", Assert.Throws<InvalidDataException>(() => Of([.. Split(), ("Gateway:Services:billing:0:Http", "http://x")])).Message);
        Assert.Throws<InvalidDataException>(() => Of(("Hub:HttpUrl", "http://127.0.0.1:1,http://127.0.0.1:3"), ("Hub:GrpcUrl", "http://127.0.0.1:2")));
    }

    static (string, Instance, JsonObject?) Said(string service, string name, string? report) => (service, new Instance(name, "http://" + name, ""), report is null ? null : (JsonObject)JsonNode.Parse(report)!);

    static string Report(bool ready, string service, int folded, string reason = "") => $$"""
        {"ready":{{(ready ? "true" : "false")}},"reasons":[{{(reason.Length > 0 ? $"\"{reason}\"" : "")}}],"services":[{"service":"{{service}}","leases":"6 of 12","lag":3,"folded":{{folded}},"duplicates":1}],"redis":true,"cityNow":"2013-01-01T00:00:00Z"}
        """;

    [Fact]
    public void The_hub_is_ready_when_every_service_has_a_ready_instance()
    {
        var ready = Reports.Ready([Said("routing", "routing", Report(true, "routing", 5)), Said("routing", "routing.2", null), Said("web", "web", """{"ready":true,"reasons":[],"services":[],"redis":true}""")]);
        Assert.True((bool)ready["ready"]!);
        Assert.Empty((JsonArray)ready["reasons"]!);
        var not = Reports.Ready([Said("routing", "routing", Report(false, "routing", 5, "routing: gap")), Said("routing", "routing.2", null), Said("web", "web", Report(true, "web", 0))]);
        Assert.False((bool)not["ready"]!);
        Assert.Equal(["routing: gap", "routing.2: no answer"], ((JsonArray)not["reasons"]!).Select(r => (string)r!));
    }

    [Fact]
    public void What_one_process_warns_of_is_told_by_the_hub_once_and_leaves_it_ready()
    {
        const string warned = """{"ready":true,"reasons":[],"services":[],"redis":true,"warnings":["kafka: no broker has answered"]}""";
        var ready = Reports.Ready([Said("routing", "routing", warned), Said("sla", "sla", warned), Said("web", "web", Report(true, "web", 0))]);
        Assert.True((bool)ready["ready"]!);
        Assert.Equal(["kafka: no broker has answered"], ((JsonArray)ready["warnings"]!).Select(w => (string)w!));
    }

    [Fact]
    public void A_services_lag_is_told_once_and_what_its_instances_folded_is_summed()
    {
        var services = (JsonArray)Reports.Ready([Said("routing", "routing", Report(true, "routing", 5)), Said("routing", "routing.2", Report(true, "routing", 7))])["services"]!;
        var one = Assert.Single(services)!;
        Assert.Equal((3, 12, 2, "6 of 12 + 6 of 12"), ((long)one["lag"]!, (long)one["folded"]!, (long)one["duplicates"]!, (string)one["leases"]!));
    }
}
