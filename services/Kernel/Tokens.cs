using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace InquiryHub.Kernel;

/// <summary>Who acts: an account with its roles; an officer also with unit and officer id.</summary>
public sealed record Actor(string Account, IReadOnlyList<string> Roles, string UnitCode, string OfficerId)
{
    public bool Is(string role) => Roles.Contains(role);

    public static Actor Of(ClaimsPrincipal user) => new(
        user.FindFirstValue("sub") ?? "", [.. user.FindAll("role").Select(c => c.Value)], user.FindFirstValue("unit") ?? "", user.FindFirstValue("officer") ?? "");
}

/// <summary>The roles of product.md's people, as far as they exist yet.</summary>
public static class Roles
{
    public const string Operator = "operator", Dispatcher = "dispatcher", Officer = "officer", FollowUpClerk = "followupclerk", Supervisor = "supervisor", Administrator = "administrator", Service = "service";
}

/// <summary>Bearer tokens: JWT, HS256 with a key of the ring, so every process can check them without asking anybody.</summary>
public sealed class Tokens(KeyRing ring, TimeProvider clock)
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);
    /// <summary>The claim that names the sign-in which made a token; Directory knows whether it still holds.</summary>
    public const string SessionClaim = "sid";
    const string Issuer = "inquiryhub";

    public (string Token, DateTimeOffset ExpiresAt) Mint(Actor actor, string session = "")
    {
        var now = clock.GetUtcNow();
        var claims = new List<Claim> { new("sub", actor.Account), new("unit", actor.UnitCode), new("officer", actor.OfficerId) };
        if (session.Length > 0) claims.Add(new(SessionClaim, session));
        claims.AddRange(actor.Roles.Select(r => new Claim("role", r)));
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer, Audience = Issuer, Subject = new ClaimsIdentity(claims), IssuedAt = now.UtcDateTime, NotBefore = now.UtcDateTime.AddMinutes(-1), Expires = (now + Life).UtcDateTime,
            SigningCredentials = new(new SymmetricSecurityKey(ring.TokenKey), SecurityAlgorithms.HmacSha256),
        });
        return (token, now + Life);
    }

    public TokenValidationParameters Validation => new()
    {
        ValidIssuer = Issuer, ValidAudience = Issuer, IssuerSigningKey = new SymmetricSecurityKey(ring.TokenKey), RoleClaimType = "role", NameClaimType = "sub", ClockSkew = TimeSpan.FromMinutes(1),
    };
}
