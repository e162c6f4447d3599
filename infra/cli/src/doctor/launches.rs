//! Looks at what a launch needs: images, templates, types, and the right to launch.

use aws::account::{Account, DryRun};
use domain::run::deployment::{Deployment, LaunchablePlatform};

use super::Check;

/// Whether each platform has an image that can be launched.
pub(super) async fn images(account: &Account, deployment: &Deployment) -> Vec<Check> {
    let mut checks = Vec::new();
    for (platform, about) in &deployment.platforms {
        checks.push(
            image(account, platform, &about.image).await.unwrap_or_else(|error| Check::unknown("images", &error)),
        );
    }
    checks
}

async fn image(account: &Account, platform: &str, image: &str) -> Result<Check, aws::Error> {
    let id = match image.starts_with("ami-") {
        true => Some(image.to_owned()),
        false => account.parameter(image).await?,
    };
    let Some(id) = id else {
        let cure = "Build an image, test and promote it: infra/packer/image build, test, promote.";
        return Ok(Check::bad("images", format!("{platform}: the parameter {image} does not exist"), cure));
    };
    let cure = "Promote another image: infra/packer/image promote.";
    Ok(match account.image(&id).await? {
        None => Check::bad("images", format!("{platform}: the account sees no image {id}"), cure),
        Some(found) if found.state != "available" => {
            Check::bad("images", format!("{platform}: the image {id} is {}", found.state), cure)
        }
        Some(found) => Check::good("images", format!("{platform}: {id}, {}", found.architecture)),
    })
}

/// Whether each platform can be launched by the caller, as far as EC2 tells without launching.
pub(super) async fn launches(account: &Account, deployment: &Deployment) -> Vec<Check> {
    let mut checks = Vec::new();
    for (platform, about) in &deployment.platforms {
        checks.push(launch(account, platform, about).await.unwrap_or_else(|error| Check::unknown("launches", &error)));
    }
    checks
}

async fn launch(account: &Account, platform: &str, about: &LaunchablePlatform) -> Result<Check, aws::Error> {
    let launch = &about.launch;
    if !account.has_template(&launch.template).await? {
        let found = format!("{platform}: there is no launch template {}", launch.template);
        return Ok(Check::bad("launches", found, "Apply the Terraform configuration again."));
    }
    let offered = account.offered(&launch.types).await?;
    let missing: Vec<&str> = launch.types.iter().filter(|kind| !offered.contains(*kind)).map(String::as_str).collect();
    if !missing.is_empty() {
        let found = format!("{platform}: the region does not offer {}", missing.join(", "));
        return Ok(Check::bad("launches", found, "Name other types in platforms."));
    }
    for market in launch.markets() {
        if let DryRun::Refused(why) = account.dry_fleet(launch, *market).await? {
            return Ok(refused(platform, "CreateFleet", &why));
        }
    }
    if let DryRun::Refused(why) = account.dry_instance(launch).await? {
        return Ok(refused(platform, "RunInstances", &why));
    }
    Ok(Check::good("launches", format!("{platform}: EC2 would launch {}", launch.types.join(", "))))
}

fn refused(platform: &str, call: &str, why: &str) -> Check {
    let cure = "These are the caller's own rights. The rights of the role of launch are under \"roles\".";
    Check::bad("launches", format!("{platform}: EC2 refuses {call}: {why}"), cure)
}
