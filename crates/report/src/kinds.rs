//! The words for what happened: kinds of incident and of observation, and weapons.
//!
//! `artillery_shelling` · `explosion_undetermined` · `mortar`
//!
//! A superset of what missions and data sets tell apart; a codebook says which of them count, and how. The words name
//! acts, not blame: whether an act breaks the ceasefire is a finding.

use crate::words::words;

words! {
    /// What an incident is said to have been.
    IncidentKind {
        /// Fire from rifles and light machine guns.
        SmallArmsFire = "small_arms_fire",
        /// Aimed single shots.
        Sniper = "sniper",
        /// Fire from heavy machine guns.
        HeavyMachineGun = "heavy_machine_gun",
        /// Mortar fire.
        Mortar = "mortar",
        /// Artillery fire.
        ArtilleryShelling = "artillery_shelling",
        /// Fire from multiple-launch rocket systems.
        Mlrs = "mlrs",
        /// Tank fire.
        TankFire = "tank_fire",
        /// Fire from other heavy weapons in direct aim.
        DirectHeavyWeapon = "direct_heavy_weapon",
        /// Anti-tank guided missiles.
        Atgm = "atgm",
        /// A strike from a manned aircraft.
        AirStrike = "air_strike",
        /// A strike from an unmanned aircraft.
        UavStrike = "uav_strike",
        /// A loitering munition.
        LoiteringMunition = "loitering_munition",
        /// A ballistic or cruise missile.
        Missile = "missile",
        /// A mine or an improvised explosive device.
        MineOrIed = "mine_or_ied",
        /// A grenade or a grenade launcher.
        Grenade = "grenade",
        /// An attack on a position on the ground.
        GroundAssault = "ground_assault",
        /// A raid by a sabotage group.
        SabotageRaid = "sabotage_raid",
        /// Entering unseen.
        Infiltration = "infiltration",
        /// Going forward over a line or into an area.
        AdvanceOrIncursion = "advance_or_incursion",
        /// Taking a place.
        TerritoryCapture = "territory_capture",
        /// A manned aircraft over a line or area.
        OverflightManned = "overflight_manned",
        /// An unmanned aircraft over a line or area.
        OverflightUav = "overflight_uav",
        /// A ship or boat over a line.
        MaritimeIncursion = "maritime_incursion",
        /// Movement or gathering of troops.
        TroopMovement = "troop_movement",
        /// A weapon where an agreement bars it.
        WeaponInRestrictedZone = "weapon_in_restricted_zone",
        /// Trenches, posts and other works.
        Fortification = "fortification",
        /// A new checkpoint.
        CheckpointEstablished = "checkpoint_established",
        /// An exercise with live fire.
        LiveFireExercise = "live_fire_exercise",
        /// Abducting or detaining people.
        AbductionDetention = "abduction_detention",
        /// An attack on civilians.
        AttackOnCivilians = "attack_on_civilians",
        /// An attack on peacekeepers.
        AttackOnPeacekeepers = "attack_on_peacekeepers",
        /// Damage to a civilian object.
        CivilianObjectDamage = "civilian_object_damage",
        /// Blowing up or tearing down.
        Demolition = "demolition",
        /// Keeping monitors from their work.
        ObstructionOfMonitors = "obstruction_of_monitors",
        /// Keeping aid from passing.
        ObstructionOfAid = "obstruction_of_aid",
        /// Closing a corridor or a road.
        CorridorClosure = "corridor_closure",
        /// Jamming signals.
        Jamming = "jamming",
        /// Attacks on networks, or cutting them.
        CyberOrInternet = "cyber_or_internet",
        /// Inciting to break the ceasefire.
        Incitement = "incitement",
        /// Not releasing prisoners as agreed.
        PrisonerReleaseBreach = "prisoner_release_breach",
        /// Anything else, named in `kind_text`.
        Other = "other",
    }
}

words! {
    /// The domains by which UN missions sum up violations.
    Domain {
        /// On the ground.
        Ground = "ground",
        /// In the air.
        Air = "air",
        /// At sea.
        Maritime = "maritime",
        /// Weapons and works where they may not be.
        Weapons = "weapons",
        /// Keeping people or goods from passing.
        Access = "access",
        /// Conduct towards people.
        Conduct = "conduct",
    }
}

impl IncidentKind {
    /// The domain under which UN missions sum this kind up; `None` for `other`.
    pub const fn domain(self) -> Option<Domain> {
        Some(match self {
            Self::AirStrike
            | Self::UavStrike
            | Self::LoiteringMunition
            | Self::Missile
            | Self::OverflightManned
            | Self::OverflightUav => Domain::Air,
            Self::MaritimeIncursion => Domain::Maritime,
            Self::WeaponInRestrictedZone | Self::Fortification | Self::LiveFireExercise => Domain::Weapons,
            Self::CheckpointEstablished
            | Self::ObstructionOfMonitors
            | Self::ObstructionOfAid
            | Self::CorridorClosure => Domain::Access,
            Self::AbductionDetention
            | Self::AttackOnCivilians
            | Self::AttackOnPeacekeepers
            | Self::CivilianObjectDamage
            | Self::Demolition
            | Self::Jamming
            | Self::CyberOrInternet
            | Self::Incitement
            | Self::PrisonerReleaseBreach => Domain::Conduct,
            Self::SmallArmsFire
            | Self::Sniper
            | Self::HeavyMachineGun
            | Self::Mortar
            | Self::ArtilleryShelling
            | Self::Mlrs
            | Self::TankFire
            | Self::DirectHeavyWeapon
            | Self::Atgm
            | Self::MineOrIed
            | Self::Grenade
            | Self::GroundAssault
            | Self::SabotageRaid
            | Self::Infiltration
            | Self::AdvanceOrIncursion
            | Self::TerritoryCapture
            | Self::TroopMovement => Domain::Ground,
            Self::Other => return None,
        })
    }
}

words! {
    /// What an observer perceived (OSCE SMM tables of ceasefire violations, UN missions' tables).
    ObservationKind {
        /// An explosion where the round came down.
        ExplosionImpact = "explosion_impact",
        /// An explosion of a round being fired.
        ExplosionOutgoing = "explosion_outgoing",
        /// An explosion in the air.
        ExplosionAirburst = "explosion_airburst",
        /// An explosion of unknown kind.
        ExplosionUndetermined = "explosion_undetermined",
        /// A projectile in flight.
        ProjectileInFlight = "projectile_in_flight",
        /// A burst of fire.
        Burst = "burst",
        /// A single shot.
        Shot = "shot",
        /// Bursts and shots, not told apart.
        BurstsAndShots = "bursts_and_shots",
        /// A muzzle flash.
        MuzzleFlash = "muzzle_flash",
        /// Tracer fire.
        Tracer = "tracer",
        /// An illumination flare.
        IlluminationFlare = "illumination_flare",
        /// An aircraft heard.
        AircraftHeard = "aircraft_heard",
        /// A manned aircraft seen.
        AircraftSeen = "aircraft_seen",
        /// An unmanned aircraft.
        Uav = "uav",
        /// A strike from the air, manned or not.
        AirStrike = "air_strike",
        /// A weapon beyond its withdrawal line, or in a zone.
        WeaponInRestrictedZone = "weapon_in_restricted_zone",
        /// Troops or vehicles.
        TroopPresence = "troop_presence",
        /// A position, trench or post.
        Fortification = "fortification",
        /// Mines or unexploded ordnance.
        MinesOrOrdnance = "mines_or_ordnance",
        /// Damage from fire.
        Damage = "damage",
        /// A fire or smoke.
        FireOrSmoke = "fire_or_smoke",
        /// Loss of a satellite navigation or radio signal.
        SignalInterference = "signal_interference",
        /// A ship or boat.
        Vessel = "vessel",
        /// Anything else, named in `kind_text`.
        Other = "other",
    }
}

words! {
    /// A weapon, as a class.
    Weapon {
        /// Rifles, pistols, light machine guns.
        SmallArms = "small_arms",
        /// A sniper rifle.
        SniperRifle = "sniper_rifle",
        /// A heavy machine gun.
        HeavyMachineGun = "heavy_machine_gun",
        /// A grenade or a grenade launcher.
        Grenade = "grenade",
        /// A mortar.
        Mortar = "mortar",
        /// Tube artillery.
        Artillery = "artillery",
        /// A multiple-launch rocket system.
        Mlrs = "mlrs",
        /// A tank.
        Tank = "tank",
        /// An infantry fighting vehicle or armoured carrier.
        ArmouredVehicle = "armoured_vehicle",
        /// An anti-tank gun or guided missile.
        AntiTank = "anti_tank",
        /// An anti-aircraft gun.
        AntiAircraftGun = "anti_aircraft_gun",
        /// An air-defence missile.
        AirDefenceMissile = "air_defence_missile",
        /// A manned aeroplane.
        Aircraft = "aircraft",
        /// A helicopter.
        Helicopter = "helicopter",
        /// An unmanned aircraft.
        Uav = "uav",
        /// A loitering munition.
        LoiteringMunition = "loitering_munition",
        /// A ballistic missile.
        BallisticMissile = "ballistic_missile",
        /// A cruise missile.
        CruiseMissile = "cruise_missile",
        /// A mine.
        Mine = "mine",
        /// An improvised explosive device.
        Ied = "ied",
        /// An incendiary.
        Incendiary = "incendiary",
        /// A cluster munition.
        ClusterMunition = "cluster_munition",
        /// A chemical agent.
        Chemical = "chemical",
        /// A ship's gun, or a ship.
        Naval = "naval",
        /// Electronic warfare.
        ElectronicWarfare = "electronic_warfare",
        /// Cold weapons, stones, bare hands.
        Melee = "melee",
        /// Not known.
        Unknown = "unknown",
        /// Anything else.
        Other = "other",
    }
}
