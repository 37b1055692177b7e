using k8s;
using k8s.Models;
using Microsoft.Extensions.Configuration;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace InquiryHub.Contracts.Tests;

/// <summary>A kustomization.yaml as far as k8s/ uses it; any other field is refused.</summary>
sealed class Kustomization
{
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public string? Namespace { get; set; }
    public List<string> Resources { get; set; } = [];
    public List<Patch> Patches { get; set; } = [];
    public List<Image> Images { get; set; } = [];

    public sealed class Patch { public string Path { get; set; } = ""; }
    public sealed class Image { public string Name { get; set; } = ""; public string? NewName { get; set; } public string? NewTag { get; set; } }
}

/// <summary>What runs: a StatefulSet, Deployment or Job with its one container.</summary>
/// <param name="Replicas">1 for a Job.</param>
sealed record Workload(string Overlay, string Name, int Replicas, V1ObjectMeta Metadata, V1PodTemplateSpec Template, V1LabelSelector? Selector, IReadOnlyList<V1PersistentVolumeClaim> Claims)
{
    public V1PodSpec Pod => Template.Spec;
    public V1Container Container => Assert.Single(Pod.Containers);
    public string Image => Container.Image;
    public bool IsJob => Selector is null;
    public override string ToString() => $"{Overlay}: {Name}";
}

/// <summary>What one overlay applies: its resources and those of the folders it names, with its patches. Read with the typed client's models, strictly.</summary>
sealed class Manifests
{
    const string Folder = "k8s";
    static readonly IDeserializer Yaml = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build();

    Manifests(string name) => Name = name;

    public string Name { get; }
    public List<IKubernetesObject<V1ObjectMeta>> Objects { get; } = [];
    public List<string> Findings { get; } = [];

    public static IReadOnlyList<string> Files { get; } = [.. Repository.Files(Folder, ".yaml", ".yml").Where(f => !f.EndsWith("/kustomization.yaml", StringComparison.Ordinal))];
    public static IReadOnlyList<string> Kustomizations { get; } = [.. Repository.Files(Folder, ".yaml").Where(f => f.EndsWith("/kustomization.yaml", StringComparison.Ordinal))];
    public static IReadOnlyList<Manifests> Overlays { get; } = [.. Kustomizations.Where(k => k.StartsWith(Folder + "/overlays/", StringComparison.Ordinal)).Select(k => Of(Path.GetDirectoryName(k)!))];

    public static Kustomization Read(string path) => Yaml.Deserialize<Kustomization>(Repository.Read(path));
    public static List<IKubernetesObject<V1ObjectMeta>> Load(string path) => [.. KubernetesYaml.LoadAllFromString(Repository.Read(path), strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()];

    /// <summary>Where a path in a kustomization leads, from the repository's root.</summary>
    public static string From(string folder, string path) => Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, folder, path))).Replace('\\', '/');

    static Manifests Of(string folder)
    {
        var all = new Manifests(Path.GetFileName(folder));
        all.Add(folder);
        return all;
    }

    void Add(string folder)
    {
        var kustomization = Read($"{folder}/kustomization.yaml");
        foreach (var path in kustomization.Resources.Select(r => From(folder, r)))
            if (path.EndsWith(".yaml", StringComparison.Ordinal)) Objects.AddRange(Load(path)); else Add(path);
        // Kustomize merges any kind; these tests only data into a ConfigMap, so that is all that patches may be.
        foreach (var patch in kustomization.Patches.SelectMany(p => Load(From(folder, p.Path))))
            if (patch is V1ConfigMap { Data: { } data } map && All<V1ConfigMap>().SingleOrDefault(m => m.Metadata.Name == map.Metadata.Name) is { } target) foreach (var (name, value) in data) target.Data[name] = value;
            else Findings.Add($"{folder}: the patch of {patch.Kind} {patch.Metadata.Name} is not a ConfigMap's, or there is none of that name");
        var images = Workloads.Select(w => w.Image.Split(':')[0]).ToHashSet();
        Findings.AddRange(kustomization.Images.Where(i => !images.Contains(i.Name)).Select(i => $"{folder}: no image {i.Name}"));
        if (kustomization.Images.Count > 0) Findings.AddRange(images.Except(kustomization.Images.Select(i => i.Name)).Select(i => $"{folder}: {i} stays in the other registry"));
    }

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public IEnumerable<Workload> Workloads =>
    [
        .. All<V1StatefulSet>().Select(s => new Workload(Name, s.Metadata.Name, s.Spec.Replicas ?? 1, s.Metadata, s.Spec.Template, s.Spec.Selector, [.. s.Spec.VolumeClaimTemplates ?? []])),
        .. All<V1Deployment>().Select(d => new Workload(Name, d.Metadata.Name, d.Spec.Replicas ?? 1, d.Metadata, d.Spec.Template, d.Spec.Selector, [])),
        .. All<V1Job>().Select(j => new Workload(Name, j.Metadata.Name, 1, j.Metadata, j.Spec.Template, null, [])),
    ];

    /// <summary>Name and value of each variable a container gets; the value of a secret's key is null. Later ones win, as in the cluster.</summary>
    /// <exception cref="KeyNotFoundException">A ConfigMap that this overlay doesn't have.</exception>
    public Dictionary<string, string?> Environment(Workload workload)
    {
        var environment = new Dictionary<string, string?>();
        foreach (var from in workload.Container.EnvFrom ?? [])
            if (from.ConfigMapRef is { } map)
                foreach (var (name, value) in (All<V1ConfigMap>().SingleOrDefault(m => m.Metadata.Name == map.Name) ?? throw new KeyNotFoundException($"{workload}: no ConfigMap {map.Name}")).Data) environment[name] = value;
        foreach (var variable in workload.Container.Env ?? []) environment[variable.Name] = variable.ValueFrom is null ? variable.Value : null;
        return environment;
    }

    public IConfiguration Configuration(Workload workload) =>
        new ConfigurationBuilder().AddInMemoryCollection(Environment(workload).Select(e => KeyValuePair.Create(e.Key.Replace("__", ":", StringComparison.Ordinal), e.Value))).Build();

    /// <summary>Secrets that a pod takes, as variables or files.</summary>
    public static IEnumerable<string> Secrets(Workload w) =>
        (w.Container.EnvFrom ?? []).Select(f => f.SecretRef?.Name).Concat((w.Container.Env ?? []).Select(e => e.ValueFrom?.SecretKeyRef?.Name)).Concat((w.Pod.Volumes ?? []).Select(v => v.Secret?.SecretName)).OfType<string>();
}
