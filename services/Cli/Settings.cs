using Npgsql;

namespace InquiryHub.Cli;

/// <summary>What the programs of a city are told, all of it in environment variables; `Kafka__*` variables of the caller are inherited.</summary>
internal sealed class Settings(City city, StartOptions options, IReadOnlyList<HubProgram> programs, string? redisPassword)
{
    private static string Loopback(int port) => $"http://127.0.0.1:{port}";
    private string Http(HubProgram program) => Loopback(city.State.Ports[program.HttpPort]);
    private string Grpc(HubProgram program) => Loopback(city.State.Ports[program.GrpcPort]);

    /// <summary>What every process of the hub has in common: the owner's database, the clock, files, servers.</summary>
    public IEnumerable<(string, string?)> Hub()
    {
        var state = city.State;
        yield return ("ConnectionStrings__Hub", state.ConnectionString);
        yield return ("Redis__Endpoint", state.Redis);
        yield return ("Redis__Password", redisPassword);
        yield return ("Hub__KeyRing", city.KeyRing);
        yield return ("Hub__Clock", state.Simulated ? "simulated" : "real");
        yield return ("Directory__AccountsFile", city.AccountsFile);
        yield return ("Channels__Pickup", city.Pickup);
        yield return ("Channels__SecretsFile", city.SecretsFile);
        if (options.Kafka is { } kafka) yield return ("Kafka__BootstrapServers", kafka);
        // A simulated city's QQ platform is ours.
        if (!state.Simulated) yield break;
        yield return ("Channels__Qq__AppId", QqStandIn.AppId);
        yield return ("Channels__Qq__ApiBase", Loopback(state.Ports["qq"]));
        yield return ("Channels__Qq__TokenUrl", $"{Loopback(state.Ports["qq"])}/app/getAppAccessToken");
    }

    /// <summary>A program's own addresses, and, of a service alone, its own login; web has no database and asks the others.</summary>
    public IEnumerable<(string, string?)> Own(HubProgram program, IReadOnlyDictionary<string, string> passwords)
    {
        yield return ("Hub__HttpUrl", Http(program));
        yield return ("Hub__GrpcUrl", Grpc(program));
        // The name tells in pg_stat_activity whose session holds a lease.
        var database = new NpgsqlConnectionStringBuilder(city.State.ConnectionString) { ApplicationName = program.Name };
        if (program.Service is { } service and not Deployment.Web) (database.Username, database.Password) = ($"hub_{service}", passwords[service]);
        yield return ("ConnectionStrings__Hub", program.Service == Deployment.Web ? null : database.ConnectionString);
        if (program.Service != Deployment.Web) yield break;
        yield return ("Web__GrpcUrl", city.State.GatewayGrpc);
        foreach (var own in new[] { "Directory", "Channels", "Casework" })
            yield return ($"Web__{own}Url", string.Join(',', programs.Where(other => string.Equals(other.Service, own, StringComparison.OrdinalIgnoreCase)).Select(Grpc)));
    }

    /// <summary>The gateway's: where each service answers, or the instances of the one program for all.</summary>
    public IEnumerable<(string, string?)> Gateway(string scheme)
    {
        var state = city.State;
        yield return ("Redis__Endpoint", state.Redis);
        yield return ("Redis__Password", redisPassword);
        yield return ("Gateway__Url", $"{scheme}://{options.Listen}:{state.Ports["gateway"]}");
        yield return ("Gateway__GrpcUrl", state.GatewayGrpc);
        if (options.Tls is { } certificate) yield return ("Gateway__TlsCertificate", Path.GetFullPath(certificate));
        // A simulated city is loaded by people who stand behind one address: the limit on it is off.
        if (state.Simulated) yield return ("Gateway__PublicPerMinute", "1000000");
        if (!options.Split)
        {
            yield return ("Hub__HttpUrl", string.Join(',', programs.Select(Http)));
            yield return ("Hub__GrpcUrl", string.Join(',', programs.Select(Grpc)));
            yield break;
        }
        foreach (var service in programs.GroupBy(program => program.Service))
            foreach (var (at, program) in service.Index())
            {
                yield return ($"Gateway__Services__{service.Key}__{at}__Http", Http(program));
                yield return ($"Gateway__Services__{service.Key}__{at}__Grpc", Grpc(program));
            }
    }

    public IEnumerable<string> Addresses => programs.Select(Http);
}
