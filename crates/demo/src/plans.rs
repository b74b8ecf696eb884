//! The catalogue: five plans of shared hosting, servers with root, access lines, mail and domains (A01, A02).

use model::{Control, ServiceKind};

use crate::rows::PlanRow;

/// One plan and how many of a hundred contracts of its service have it.
pub(crate) struct Plan {
    pub(crate) key: &'static str,
    name: &'static str,
    pub(crate) service: ServiceKind,
    yen: i64,
    disk_gb: Option<i64>,
    mails_per_hour: Option<i64>,
    pub(crate) share: u32,
}

macro_rules! plans {
    ($($key:literal $name:literal $service:ident $yen:literal $disk:expr, $mails:expr, $share:literal;)+) => {
        /// All plans.
        pub(crate) const ALL: &[Plan] = &[$(Plan {
            key: $key, name: $name, service: ServiceKind::$service, yen: $yen, disk_gb: $disk, mails_per_hour: $mails,
            share: $share,
        }),+];
    };
}

plans! {
    "web-10" "こみち10" SharedHosting 129 Some(10), Some(60), 34;
    "web-100" "こみち100" SharedHosting 440 Some(100), Some(200), 40;
    "web-200" "こみち200" SharedHosting 1_480 Some(200), Some(400), 15;
    "web-300" "おおじ300" SharedHosting 2_640 Some(300), Some(800), 8;
    "web-500" "おおじ500" SharedHosting 4_628 Some(500), Some(1_500), 3;
    "vps-1" "やぐらVPS 1" Vps 685 Some(25), None, 55;
    "vps-4" "やぐらVPS 4" Vps 3_520 Some(200), None, 35;
    "vps-16" "やぐらVPS 16" Vps 14_300 Some(800), None, 10;
    "srv-a" "いしずえサーバA" Server 9_800 Some(1_000), None, 70;
    "srv-b" "いしずえサーバB" Server 29_800 Some(4_000), None, 30;
    "line-fiber" "みちびき光" Access 4_180 None, None, 80;
    "line-fiber-share" "みちびき光シェア" Access 3_080 None, None, 20;
    "mail-1" "ふみばこ" Mail 88 Some(20), Some(100), 80;
    "mail-100" "ふみばこ組織" Mail 3_300 Some(500), Some(1_000), 20;
    "domain-jp" "なまえ .jp" Domain 264 None, None, 60;
    "domain-any" "なまえ" Domain 149 None, None, 40;
}

impl Plan {
    /// The row for an import.
    pub(crate) fn row(&self) -> PlanRow {
        PlanRow {
            key: self.key.to_owned(),
            name: self.name.to_owned(),
            service: self.service,
            control: match self.service {
                ServiceKind::SharedHosting | ServiceKind::Mail | ServiceKind::Domain => Control::Managed,
                // Behind an access line stand machines that only the customer can touch.
                ServiceKind::Vps | ServiceKind::Server | ServiceKind::Access => Control::Root,
            },
            yen_per_month: Some(self.yen),
            disk_gb: self.disk_gb,
            mails_per_hour: self.mails_per_hour,
        }
    }
}
