using System.Text.RegularExpressions;
using InquiryHub.Gateway;
using k8s.Models;

namespace InquiryHub.Contracts.Tests;

/// <summary>k8s/: a file a deployable, held against the solution. Each rule is asked of every overlay.</summary>
public sealed class DeploymentTests
{
    const string Web = "web", Gateway = "gateway", AllInOne = "all-in-one", Migrate = "migrate";
    static readonly (string Folder, string File)[] Used = [.. from k in Manifests.Kustomizations let folder = Path.GetDirectoryName(k)! let read = Manifests.Read(k) from path in read.Resources.Concat(read.Patches.Select(p => p.Path)) select (folder, Manifests.From(folder, path))];
    static readonly (Manifests In, Workload It)[] Workloads = [.. from m in Manifests.Overlays from w in m.Workloads select (m, w)];

    static Deployable? Program(Workload w) => Deployable.All.SingleOrDefault(d => d.Image == w.Image.Split(':')[0]);
    static IEnumerable<V1Probe?> Probes(Workload w) => [w.Container.StartupProbe, w.Container.LivenessProbe, w.Container.ReadinessProbe];
    static string? Property(string name) => Regex.Match(Repository.Read("Directory.Build.props"), $"<{name}[^>]*>([^<]*)</{name}>") is { Success: true } m ? m.Groups[1].Value : null;

    [Fact]
    public void Every_manifest_is_what_the_models_of_the_cluster_know() => Guard.Nothing(
        Manifests.Files.SelectMany(f => { try { return Manifests.Load(f).Where(o => o.Metadata?.Name is null).Select(o => $"{f}: a {o.Kind} without a name"); } catch (Exception e) { return [$"{f}: {e.Message}"]; } }),
        "Not a manifest (unknown kind or field, wrong type):");

    [Fact]
    public void Every_file_is_in_a_kustomization_and_every_entry_is_a_file() => Guard.Nothing(
        [.. Manifests.Files.Except(Used.Select(u => u.File)).Select(f => $"{f} is in no kustomization"),
            .. Used.Where(u => !Repository.Has(u.File) && !Repository.Has(u.File + "/kustomization.yaml")).Select(u => $"{u.Folder} names {u.File}, which isn't there"),
            .. Manifests.Overlays.SelectMany(m => m.Findings),
            .. Manifests.Overlays.SelectMany(m => m.Objects.GroupBy(o => (o.Kind, o.Metadata.Name)).Where(g => g.Count() > 1).Select(g => $"{m.Name}: {g.Key} twice"))], "Kustomize would refuse or forget it:");

    [Fact]
    public void There_are_the_three_ways_to_deploy() => Assert.Equal([AllInOne, "existing", "split"], Manifests.Overlays.Select(m => m.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_program_has_its_file_and_every_file_its_program()
    {
        var there = Manifests.Files.Where(f => Manifests.Load(f).Any(o => o is V1StatefulSet or V1Deployment)).Select(f => Path.GetFileNameWithoutExtension(f)!).ToList();
        var wanted = Deployable.All.Select(d => Path.GetFileNameWithoutExtension(d.Project) is "AllInOne" ? AllInOne : d.Image.Split('/')[1]).ToList();
        Assert.Equal(wanted.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        Guard.Nothing(Manifests.Overlays.SelectMany(m => m.Workloads.Where(w => !w.IsJob).Select(w => w.Name).Except(wanted).Concat((m.Name == AllInOne ? [AllInOne, Gateway] : wanted.Except([AllInOne])).Except(m.Workloads.Select(w => w.Name))).Select(n => $"{m.Name}: {n}")), "An overlay has all services or AllInOne, and the gateway:");
    }

    [Fact]
    public void Images_are_those_that_the_projects_publish()
    {
        Assert.Equal("inquiryhub/$(MSBuildProjectName.ToLowerInvariant())", Property("ContainerRepository"));
        Guard.Nothing(Workloads.Where(w => Program(w.It) is not { } p || w.It.Image != $"{p.Image}:{Property("ContainerImageTag")}"
            || (w.It.Name is AllInOne or Migrate ? p.Image != "inquiryhub/allinone" : p.Image != $"inquiryhub/{w.It.Name}")).Select(w => $"{w.It}: {w.It.Image}"), "inquiryhub/<project>:<ContainerImageTag of Directory.Build.props>, under the program's name:");
    }

    [Fact]
    public void A_pod_may_do_nothing_that_it_needn_t() => Guard.Nothing(
        from w in Workloads.Select(w => w.It)
        let pod = w.Pod
        let own = w.Container.SecurityContext
        from finding in new (bool Holds, string Name)[]
        {
            (pod.SecurityContext?.RunAsNonRoot == true && pod.SecurityContext.RunAsUser?.ToString() == Property("ContainerUser"), "runAsNonRoot, and the image's user"),
            (pod.SecurityContext?.SeccompProfile?.Type == "RuntimeDefault", "seccomp RuntimeDefault"),
            (own?.ReadOnlyRootFilesystem == true && own.AllowPrivilegeEscalation == false && own.Privileged != true && own.Capabilities?.Drop is ["ALL"] && own.Capabilities.Add is null, "read-only root, no escalation, no capabilities"),
            (pod.AutomountServiceAccountToken == false && pod.EnableServiceLinks == false, "no token, no service links"),
            (pod.HostNetwork != true && pod.HostPID != true && pod.HostIPC != true && pod.InitContainers is null, "nothing of the host, one container"),
            (new[] { "cpu", "memory" }.All(r => w.Container.Resources?.Requests?.ContainsKey(r) == true && w.Container.Resources.Limits?.ContainsKey(r) == true), "requests and limits"),
            ((pod.Volumes ?? []).Any(v => v.Name == "tmp" && v.EmptyDir is not null) && w.Container.VolumeMounts.Any(m => m is { Name: "tmp", MountPath: "/tmp" }), "/tmp to write in"),
            ((pod.Volumes ?? []).Select(v => v.Name).Concat(w.Claims.Select(c => c.Metadata.Name)).Order().SequenceEqual(w.Container.VolumeMounts.Select(m => m.Name).Order()), "each volume mounted once"),
            ((pod.Volumes ?? []).Where(v => v.Secret is not null).All(v => v.Secret.DefaultMode == 0b100_100_000 && w.Container.VolumeMounts.Single(m => m.Name == v.Name).ReadOnlyProperty == true), "secret files 0440, read-only"),
        }
        where !finding.Holds
        select $"{w}: {finding.Name}", "Missing:");

    [Fact]
    public void One_of_two_instances_is_always_there() => Guard.Nothing(
        from w in Workloads
        where !w.It.IsJob
        let labels = w.It.Template.Metadata.Labels
        let name = (IDictionary<string, string>)new Dictionary<string, string> { ["app.kubernetes.io/name"] = w.It.Name }
        let budget = w.In.All<V1PodDisruptionBudget>().SingleOrDefault(b => b.Metadata.Name == w.It.Name)
        let apart = w.It.Pod.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution?.SingleOrDefault()?.PodAffinityTerm
        let stop = w.It.Pod.TerminationGracePeriodSeconds
        from finding in new (bool Holds, string Name)[]
        {
            (w.It.Replicas >= 2, "two replicas"),
            (w.It.Selector!.MatchLabels.SequenceEqual(name) && labels["app.kubernetes.io/name"] == w.It.Name && labels["app.kubernetes.io/part-of"] == "inquiryhub", "labels and selector"),
            (labels["app.kubernetes.io/component"] == (w.It.Name == Gateway ? Gateway : "service"), "component (the network policies ask for it)"),
            (budget?.Spec is { MaxUnavailable.Value: "1", UnhealthyPodEvictionPolicy: "AlwaysAllow" } && budget.Spec.Selector.MatchLabels.SequenceEqual(name), "disruption budget"),
            (apart is { TopologyKey: "kubernetes.io/hostname" } && apart.LabelSelector.MatchLabels.SequenceEqual(name), "anti-affinity"),
            (stop >= 45, "time to end: the host takes up to 30 s, the gateway waits 8 s before"),
        }
        where !finding.Holds
        select $"{w.It}: {finding.Name}", "Missing:");

    [Fact]
    public void Probes_ask_what_the_program_answers() => Guard.Nothing(
        from w in Workloads.Select(w => w.It)
        where !w.IsJob
        from probe in Probes(w)
        where probe?.HttpGet is not { } get || Program(w)?.Paths.Contains(get.Path) != true || w.Container.Ports.All(p => p.Name != get.Port.Value || p.Name != "http")
        select $"{w}: {probe?.HttpGet?.Path ?? "a probe is missing"}", "A path that the program maps, on its port http:");

    [Fact]
    public void Nothing_that_lags_or_lacks_an_event_closes_a_door()
    {
        // /ready is false for a gap, for the database being away, for a service that isn't ready: a reason not to roll on, none to refuse a contact or to kill.
        Guard.Nothing(Workloads.Where(w => !w.It.IsJob && (w.It.Container.LivenessProbe.HttpGet.Path == "/ready" || w.It.Container.StartupProbe.HttpGet.Path == "/ready")).Select(w => w.It.ToString()), "/ready would kill it:");
        Guard.Nothing(Workloads.Where(w => w.It.Name == Gateway && w.It.Container.ReadinessProbe.HttpGet.Path == "/ready").Select(w => w.It.ToString()), "One service's /ready would take the gateway away:");
        Guard.Nothing(Workloads.Where(w => !w.It.IsJob && w.It.Name != Gateway && w.In.All<V1Service>().SingleOrDefault(s => s.Metadata.Name == w.It.Name)?.Spec is not { PublishNotReadyAddresses: true, ClusterIP: "None" }).Select(w => w.It.ToString()),
            "Its Service must name each instance, ready or not (clusterIP: None, publishNotReadyAddresses: true):");
    }

    [Fact]
    public void Ports_are_the_same_in_options_containers_services_and_images() => Guard.Nothing(
        from w in Workloads
        where !w.It.IsJob
        let options = w.In.Environment(w.It)
        let own = w.It.Name == Gateway ? new[] { ("http", options["Gateway__Url"]), ("grpc", options["Gateway__GrpcUrl"]) } : [("http", options["Hub__HttpUrl"]), ("grpc", options["Hub__GrpcUrl"])]
        let wanted = own.Select(o => (o.Item1, new Uri(o.Item2!).Port)).ToList()
        let service = w.In.All<V1Service>().SingleOrDefault(s => s.Metadata.Name == w.It.Name)?.Spec
        from finding in new (bool Holds, string Name)[]
        {
            (own.All(o => new Uri(o.Item2!).Host == "0.0.0.0"), "listens on any address"),
            (w.It.Container.Ports.Select(p => (p.Name, p.ContainerPort)).SequenceEqual(wanted), "container ports"),
            (service is not null && service.Ports.Select(p => (p.Name, p.Port)).SequenceEqual(wanted) && service.Ports.All(p => p.TargetPort.Value == p.Name) && service.Selector["app.kubernetes.io/name"] == w.It.Name, "service"),
            (Regex.Matches(Repository.Read("Directory.Build.props"), "<ContainerHttpPort[^>]*>([0-9]+)<").Any(m => m.Groups[1].Value == $"{wanted[0].Port}") && wanted[1].Port == wanted[0].Port + 1, "ContainerPort of the image"),
        }
        where !finding.Holds
        select $"{w.It}: {finding.Name}", "Another port:");

    [Fact]
    public void Every_variable_is_an_option_that_the_program_reads() => Guard.Nothing(
        from w in Workloads
        from variable in w.In.Environment(w.It).Keys
        where Program(w.It)?.Reads(variable) != true
        select $"{w.It}: {variable}", "Nothing reads it:");

    [Fact]
    public void The_gateway_and_the_pages_know_every_instance_and_no_other()
    {
        foreach (var overlay in Manifests.Overlays)
        {
            var sets = overlay.All<V1StatefulSet>().ToDictionary(s => s.Metadata.Name, s => s.Spec.Replicas ?? 1);
            IEnumerable<string> Addresses(string name, string port) => Enumerable.Range(0, sets[name]).Select(n => $"http://{name}-{n}.{name}:{port}");
            var table = RoutingTable.Of(overlay.Configuration(overlay.Workloads.Single(w => w.Name == Gateway)));
            Assert.Equal(sets.Keys.SelectMany(s => Addresses(s, "5080")).Order(), table.Services.Values.SelectMany(s => s).Select(i => i.Http).Distinct().Order());
            Assert.Equal(sets.Keys.Where(s => s != Web).SelectMany(s => Addresses(s, "5081")).Order(), table.Services.Values.SelectMany(s => s).Select(i => i.Grpc).Where(g => g.Length > 0).Distinct().Order());
            Assert.All(table.Services.Where(s => sets.ContainsKey(s.Key)), s => Assert.Equal(Addresses(s.Key, "5080"), s.Value.Select(i => i.Http)));
            Assert.Equal(sets.Keys, overlay.All<V1StatefulSet>().Select(s => s.Spec.ServiceName));
            if (!sets.ContainsKey(Web)) continue;
            var pages = overlay.Environment(overlay.Workloads.Single(w => w.Name == Web));
            Assert.Equal("http://gateway:8081", pages["Web__GrpcUrl"]);
            foreach (var own in new[] { "Directory", "Channels", "Casework" }) Assert.Equal(Addresses(own.ToLowerInvariant(), "5081"), pages[$"Web__{own}Url"]!.Split(','));
        }
    }

    [Fact]
    public void Each_service_has_a_database_login_of_its_own() => Guard.Nothing(
        from w in Workloads.Select(w => w.It)
        let wanted = w.Name switch { Web or Gateway => null, AllInOne or Migrate => "database-owner", var service => $"database-{service}" }
        let logins = Manifests.Secrets(w).Where(s => s.StartsWith("database-", StringComparison.Ordinal)).ToList()
        where wanted is null ? logins.Count > 0 : logins is not [var one] || one != wanted
        select $"{w}: {string.Join(", ", logins)}", "database-<service>; the owner's only where the database is migrated; none for what has no tables:");

    [Fact]
    public void Files_that_options_name_are_mounted() => Guard.Nothing(
        from w in Workloads
        from option in w.In.Environment(w.It)
        where option.Value is { } path && path.StartsWith('/')
        let mount = w.It.Container.VolumeMounts.SingleOrDefault(m => option.Value == m.MountPath || option.Value.StartsWith(m.MountPath + "/", StringComparison.Ordinal))
        where mount is null || (option.Key == "Channels__Pickup" && (mount.ReadOnlyProperty == true || w.It.Claims.All(c => c.Metadata.Name != mount.Name)))
        select $"{w.It}: {option.Key}={option.Value}", "Not in a volume, or slips in one that doesn't last:");

    [Fact]
    public void Every_secret_is_in_the_readme_and_nothing_else()
    {
        var documented = Regex.Matches(Repository.Read("k8s/README.md"), @"^\| `([a-z-]+)`[^|]*\|", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToList();
        var used = Workloads.SelectMany(w => Manifests.Secrets(w.It)).Distinct().ToList();
        Guard.Nothing(used.Except(documented).Select(s => $"document {s}").Concat(documented.Except(used).Select(s => $"nothing uses {s}")), "The table of secrets in k8s/README.md:");
        Guard.Nothing(Manifests.Overlays.SelectMany(m => m.All<V1Secret>()).Select(s => s.Metadata.Name), "A secret's content is never in this repository:");
    }

    [Fact]
    public void Network_policies_speak_of_pods_that_there_are()
    {
        var names = Workloads.Select(w => w.It.Name).ToHashSet();
        var ports = Workloads.SelectMany(w => w.It.Container.Ports ?? []).Select(p => $"{p.ContainerPort}").ToHashSet();
        foreach (var policy in Manifests.Overlays.SelectMany(m => m.All<V1NetworkPolicy>()))
        {
            IEnumerable<V1LabelSelector?> selectors = [policy.Spec.PodSelector, .. (policy.Spec.Ingress ?? []).SelectMany(i => i.FromProperty ?? []).Concat((policy.Spec.Egress ?? []).SelectMany(e => e.To ?? [])).Select(p => p.PodSelector)];
            var asked = selectors.OfType<V1LabelSelector>().SelectMany(s => (s.MatchLabels ?? new Dictionary<string, string>()).Where(l => l.Key == "app.kubernetes.io/name").Select(l => l.Value).Concat((s.MatchExpressions ?? []).SelectMany(e => e.Values)));
            Guard.Nothing(asked.Except(names), $"{policy.Metadata.Name}: no such pod:");
            Guard.Nothing((policy.Spec.Ingress ?? []).SelectMany(i => i.Ports ?? []).Select(p => p.Port.Value).Except(ports), $"{policy.Metadata.Name}: no pod listens there:");
        }
        Assert.All(Manifests.Overlays, m => Assert.Contains(m.All<V1NetworkPolicy>(), p => p.Spec is { PodSelector: { MatchLabels: null, MatchExpressions: null }, PolicyTypes: ["Ingress", "Egress"], Ingress: null, Egress: null }));
    }
}
