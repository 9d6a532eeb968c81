// swift-tools-version: 6.2
import PackageDescription

// One target a part; arrows only downwards. CONTRIBUTING.md has the map of the rooms.
let package = Package(
    name: "guardrun",
    products: [.executable(name: "guardrun", targets: ["guardrun"])],
    targets: [
        .executableTarget(name: "guardrun", dependencies: ["Guard"]),
        .target(
            name: "Guard",
            dependencies: [
                "Compare", "Session", "Policy", "Scan", "Sandbox", "Supervise", "Changes", "Event", "Audit",
                "Linux",
            ]),
        .target(
            name: "Session",
            dependencies: ["Policy", "Scan", "Sandbox", "Supervise", "Event", "Audit", "Linux", "CGuest"]),
        .target(name: "Policy", dependencies: ["YAML", "Event", "Linux", "CProfiles"]),
        .target(
            name: "Compare",
            dependencies: ["Policy", "Scan", "Sandbox", "Supervise", "Event", "Linux"]),
        .target(name: "YAML", dependencies: ["CYAML"], linkerSettings: [.linkedLibrary("yaml")]),
        .target(name: "Scan", dependencies: ["Policy", "Event", "Linux", "CRE2"]),
        .target(
            name: "Sandbox", dependencies: ["Policy", "Linux", "CSandbox", "CSeccomp", "CCap", "CCares"],
            linkerSettings: [.linkedLibrary("seccomp"), .linkedLibrary("cap"), .linkedLibrary("cares")]),
        .target(name: "Supervise", dependencies: ["Sandbox", "Policy", "Event", "Linux"]),
        .target(name: "Changes", dependencies: ["Audit", "Event", "Linux"]),
        .target(
            name: "Audit", dependencies: ["Event", "Linux", "CNettle", "CSodium", "CJansson", "CSQLite"],
            linkerSettings: [
                .linkedLibrary("nettle"), .linkedLibrary("sodium"), .linkedLibrary("jansson"),
                .linkedLibrary("sqlite3"),
            ]),
        .target(name: "Event"),
        .target(name: "Linux", dependencies: ["CLinux"]),

        .executableTarget(
            name: "trail-bench", dependencies: ["Audit", "Event", "Linux"], path: "bench/trails"),

        .target(name: "CLinux"),
        .target(name: "CSandbox"),
        .target(name: "CGuest", exclude: ["worker.py", "audit.py", "checkpoints.py", "serve.py"]),
        .target(name: "CProfiles"),
        .target(
            name: "CRE2",
            linkerSettings: [.linkedLibrary("re2"), .linkedLibrary("stdc++"), .linkedLibrary("m")]),
        .systemLibrary(name: "CSeccomp"),
        .systemLibrary(name: "CCap"),
        .systemLibrary(name: "CCares"),
        .systemLibrary(name: "CYAML"),
        .systemLibrary(name: "CNettle"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CJansson"),
        .systemLibrary(name: "CSQLite"),

        .testTarget(
            name: "GuardTests",
            dependencies: ["guardrun", "Guard", "Session", "Policy", "Audit", "Event", "Linux"]),
        .testTarget(
            name: "SessionTests", dependencies: ["Session", "Policy", "Supervise", "Event", "Audit", "Linux"]),
        .testTarget(name: "ChangesTests", dependencies: ["Changes", "Audit", "Event", "Linux"]),
        .testTarget(name: "AuditTests", dependencies: ["Audit", "Event", "Linux"]),
        .testTarget(
            name: "SuperviseTests", dependencies: ["Supervise", "Sandbox", "Policy", "Event", "Linux"]),
        .testTarget(
            name: "CompareTests",
            dependencies: ["Compare", "Policy", "Scan", "Sandbox", "Supervise", "Event", "Linux"]),
        .testTarget(name: "PolicyTests", dependencies: ["Policy", "YAML", "Event", "Linux"]),
        .testTarget(name: "SandboxTests", dependencies: ["Sandbox", "Policy", "Linux"]),
        .testTarget(name: "ScanTests", dependencies: ["Scan", "Policy", "Event", "Linux"]),
        .testTarget(name: "YAMLTests", dependencies: ["YAML"]),
    ],
    cLanguageStandard: .gnu2x,
    cxxLanguageStandard: .cxx17
)

for target in package.targets {
    switch target.type {
    case .system:
        continue
    case .regular where target.name.hasPrefix("C"):
        target.cSettings = [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)]
        target.cxxSettings = [.enableWarning("all"), .treatAllWarnings(as: .error)]
    default:
        target.swiftSettings = [
            .swiftLanguageMode(.v6),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .strictMemorySafety(),
            .treatAllWarnings(as: .error),
        ]
    }
}
